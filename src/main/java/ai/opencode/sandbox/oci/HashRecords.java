package ai.opencode.sandbox.oci;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Records of verified blobs with the stamps of their files. A file that still has its stamp need
 * not be hashed again. Records are files, one for each blob, in a directory that no other user can
 * write to. A corrupt or lost record costs one more reading of the blob.
 */
public final class HashRecords {

  private static final int MAX_BYTES = 200;

  private final Path directory;

  /**
   * Creates records.
   *
   * @param directory the directory, created with the first record
   */
  public HashRecords(Path directory) {
    this.directory = directory;
  }

  /** Returns the records about the blobs of another directory. */
  public HashRecords about(Path root) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    Path there = absolute;
    for (Path up = there.getParent(); up != null && !Files.exists(there); up = up.getParent()) {
      there = up;
    }
    // Only existing parents are resolved, so that the name is the same before and after the
    // directory is created.
    Path real = there.toRealPath().resolve(there.relativize(absolute)).normalize();
    return new HashRecords(
        directory.resolve(Digest.sha256(real.toString()).hex().substring(0, 32)));
  }

  boolean holds(Digest digest, FileStamp stamp) throws IOException {
    Path record = directory.resolve(digest.hex());
    try {
      return Files.size(record) < MAX_BYTES && Files.readString(record).equals(stamp.toString());
    } catch (NoSuchFileException | CharacterCodingException none) {
      return false;
    }
  }

  void keep(Digest digest, FileStamp stamp) throws IOException {
    Path part = directory.resolve(UUID.randomUUID() + ".part");
    try {
      Access.OWNER.createDirectories(directory);
      Files.createFile(part, Access.OWNER.ofFiles());
      Files.writeString(part, stamp.toString());
      Files.move(part, directory.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  void forget(Digest digest) throws IOException {
    Files.deleteIfExists(directory.resolve(digest.hex()));
  }
}
