package ai.opencode.sandbox.oci;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Which blobs of a store were hashed, and the stamps that their files had then: as long as a file
 * has that stamp, it need not be hashed again. Kept in a folder that nobody else can write, a file
 * for each blob. A record that is damaged or lost costs reading the blob once more.
 */
public final class HashRecords {

  private static final int MOST_BYTES = 200;

  private final Path folder;

  /**
   * @param folder made when the first record is kept
   */
  public HashRecords(Path folder) {
    this.folder = folder;
  }

  /** The records about another folder's blobs. */
  public HashRecords about(Path root) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    Path there = absolute;
    for (Path up = there.getParent(); up != null && !Files.exists(there); up = up.getParent()) {
      there = up;
    }
    // The same name before and after the folder is made.
    Path real = there.toRealPath().resolve(there.relativize(absolute)).normalize();
    return new HashRecords(folder.resolve(Digest.sha256(real.toString()).hex().substring(0, 32)));
  }

  boolean holds(Digest digest, FileStamp stamp) throws IOException {
    Path record = folder.resolve(digest.hex());
    try {
      return Files.size(record) < MOST_BYTES && Files.readString(record).equals(stamp.toString());
    } catch (NoSuchFileException | CharacterCodingException none) {
      return false;
    }
  }

  void keep(Digest digest, FileStamp stamp) throws IOException {
    Path part = folder.resolve(UUID.randomUUID() + ".part");
    try {
      Access.OWNER.createDirectories(folder);
      Files.createFile(part, Access.OWNER.ofFiles());
      Files.writeString(part, stamp.toString());
      Files.move(part, folder.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  void forget(Digest digest) throws IOException {
    Files.deleteIfExists(folder.resolve(digest.hex()));
  }
}
