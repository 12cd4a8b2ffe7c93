package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Access;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.HashRecords;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder that builds share: blobs by digest, and small records about them by what they were
 * made from. Both appear complete or not at all, so a run that is killed leaves nothing bad, and
 * runs at the same time do not disturb each other.
 */
public final class Cache {

  private static final int DIGEST_BYTES = 32;
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final Duration LEFT = Duration.ofDays(1);
  private static final String WORK = "work";
  private static final String HASHED = "hashed";
  private static final Set<PosixFilePermission> CLOSED =
      PosixFilePermissions.fromString("rwx------");
  private static final String JIB = "jib";

  private static final String TEMPORARY = "tmp";

  private final Path folder;
  private final BlobStore blobs;
  private final HashRecords records;

  /**
   * @throws UsageException where the folder cannot be written
   */
  public Cache(Path folder) {
    this.folder = folder.toAbsolutePath();
    this.records = new HashRecords(this.folder.resolve(HASHED));
    this.blobs =
        new BlobStore(
            this.folder, Access.OWNER, new HashRecords(this.folder.resolve(HASHED).resolve("own")));
    try {
      Access.OWNER.createDirectories(this.folder);
      requireOwn();
      Access.OWNER.createDirectories(temporary());
    } catch (IOException e) {
      throw unwritable(e);
    }
    if (!Files.isWritable(temporary())) {
      throw unwritable(new FileSystemException(this.folder.toString(), null, "permission denied"));
    }
    removeAbandoned();
  }

  /**
   * A cache decides what images consist of, so nobody else may write it. Earlier versions made it
   * readable for all, and writable for the group where the umask says so.
   */
  private void requireOwn() throws IOException {
    if (!Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      return;
    }
    Set<PosixFilePermission> modes = Files.getPosixFilePermissions(folder);
    if (modes.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new UsageException(
          "Everybody may write the cache "
              + folder
              + ", so anybody may have put something into it; choose another with --cache or"
              + " XDG_CACHE_HOME, or delete it");
    }
    Path probe = Files.createTempFile(folder, "owner", ".part");
    try {
      Object self = Files.getAttribute(probe, "unix:uid");
      Object owner = Files.getAttribute(folder, "unix:uid");
      if (!self.equals(owner)) {
        throw new UsageException(
            "The cache "
                + folder
                + " belongs to another user (uid "
                + owner
                + ", this program runs with uid "
                + self
                + "), who decides what is in it; choose another with --cache or XDG_CACHE_HOME");
      }
    } finally {
      Files.deleteIfExists(probe);
    }
    // A folder that holds other things as well is left as it is: all that is made in it is closed.
    if (!modes.equals(CLOSED) && Files.isDirectory(folder.resolve("blobs"))) {
      Files.setPosixFilePermissions(folder, CLOSED);
    }
  }

  private UsageException unwritable(IOException e) {
    return new UsageException(
        "Cannot write the cache "
            + folder
            + " ("
            + (e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : "permission denied, or not a folder")
            + "); choose another with --cache or XDG_CACHE_HOME",
        e);
  }

  /** What killed runs have left: parts that nobody has written to for some time. */
  private void removeAbandoned() {
    Instant now = Instant.now();
    try (Stream<Path> parts = Files.list(temporary())) {
      for (Path part : (Iterable<Path>) parts::iterator) {
        Instant touched = Files.getLastModifiedTime(part).toInstant();
        if (part.toString().endsWith(".part") && touched.isBefore(now.minus(ABANDONED))) {
          Files.deleteIfExists(part);
        } else if (isWork(part.getFileName().toString()) && touched.isBefore(now.minus(LEFT))) {
          TemporaryFiles.delete(part);
        }
      }
    } catch (IOException another) {
      // Another run clears up as well; what is left is for the next one.
    }
  }

  private static boolean isWork(String name) {
    return name.startsWith(WORK) || name.startsWith(JIB);
  }

  public Path folder() {
    return folder;
  }

  public BlobStore blobs() {
    return blobs;
  }

  /** What is known of blobs in layouts elsewhere, for this program alone. */
  public HashRecords hashRecords() {
    return records;
  }

  /**
   * A record that was kept, if it is whole: one whose checksum does not fit counts as absent, and
   * is made again.
   *
   * @param kind folder of the cache
   * @param key what it was made from; a file name
   * @param mostBytes that such a record may have; a larger one counts as absent too
   */
  Optional<byte[]> find(String kind, String key, int mostBytes) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(folder.resolve(kind).resolve(key))) {
      bytes = in.readNBytes(mostBytes + DIGEST_BYTES + 1);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    int length = bytes.length - DIGEST_BYTES;
    if (length < 0 || length > mostBytes) {
      return Optional.empty();
    }
    byte[] content = Arrays.copyOf(bytes, length);
    byte[] expected = Arrays.copyOfRange(bytes, length, bytes.length);
    return Arrays.equals(Digest.newSha256().digest(content), expected)
        ? Optional.of(content)
        : Optional.empty();
  }

  /** Keeps a record; one that is there already is replaced. */
  void keep(String kind, String key, byte[] content) throws IOException {
    Path ofKind = folder.resolve(kind);
    Path target = ofKind.resolve(key);
    Path part = TemporaryFiles.file(temporary(), kind, ".part");
    try {
      byte[] bytes = Arrays.copyOf(content, content.length + DIGEST_BYTES);
      System.arraycopy(Digest.newSha256().digest(content), 0, bytes, content.length, DIGEST_BYTES);
      Files.write(part, bytes);
      Access.OWNER.createDirectories(ofKind);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      TemporaryFiles.delete(part);
    }
  }

  /**
   * Removes a blob that turned out to be damaged, so that it is made or fetched again.
   *
   * @return false where the file is no blob of this cache
   */
  public boolean discard(Path file) throws IOException {
    Path name = file.getFileName();
    if (name == null || !Digest.isDigest("sha256:" + name)) {
      return false;
    }
    return blobs.path(new Digest(name.toString())).equals(file.toAbsolutePath())
        && Files.deleteIfExists(file);
  }

  /** A folder for one piece of work, which is gone afterwards. */
  public static final class Workplace implements AutoCloseable {

    private final Path folder;

    private Workplace(Path folder) {
      this.folder = folder;
    }

    public Path folder() {
      return folder;
    }

    @Override
    public void close() throws IOException {
      TemporaryFiles.delete(folder);
    }
  }

  /** A new folder, on the file system of this cache. */
  public Workplace workplace() throws IOException {
    return new Workplace(TemporaryFiles.directory(temporary(), WORK));
  }

  /** The directory of files that are being written, on the file system of this cache. */
  public Path temporary() {
    return folder.resolve(TEMPORARY);
  }

  /**
   * A file for a download, outside of everything that is looked for; to be deleted with {@link
   * TemporaryFiles}.
   */
  public Path temporaryFile() throws IOException {
    return TemporaryFiles.file(temporary(), "download", ".part");
  }
}
