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
import org.jspecify.annotations.Nullable;

/**
 * The directory that builds share: blobs by digest, and small records by the recipe of a result.
 * Both are written atomically, so a killed run leaves no partial files, and concurrent runs do not
 * disturb each other.
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

  private final Path directory;
  private final BlobStore blobs;
  private final HashRecords records;
  private final @Nullable RecordOverlay overlay;

  /**
   * Opens a cache; creates its directory if it is missing.
   *
   * @throws UsageException if the directory cannot be written, or another user can write it
   */
  public Cache(Path directory) {
    this.directory = directory.toAbsolutePath();
    this.overlay = null;
    this.records = new HashRecords(this.directory.resolve(HASHED));
    this.blobs =
        new BlobStore(
            this.directory,
            Access.OWNER,
            new HashRecords(this.directory.resolve(HASHED).resolve("own")));
    try {
      Access.OWNER.createDirectories(this.directory);
      requireOwn();
      Access.OWNER.createDirectories(temporary());
    } catch (IOException e) {
      throw unwritable(e);
    }
    if (!Files.isWritable(temporary())) {
      throw unwritable(
          new FileSystemException(this.directory.toString(), null, "permission" + " denied"));
    }
    removeAbandoned();
  }

  private Cache(Cache below, RecordOverlay overlay) {
    this.directory = below.directory;
    this.blobs = below.blobs;
    this.records = below.records;
    this.overlay = overlay;
  }

  /**
   * Returns this cache with the records of an overlay, which are found before its own. Both have
   * the same blobs, which are checked against their digests.
   */
  public Cache under(RecordOverlay over) {
    return new Cache(this, over);
  }

  /** Returns whether this cache has an overlay with records that nothing has proved yet. */
  public boolean isBorrowing() {
    return overlay != null && overlay.isUnproved();
  }

  /**
   * Requires that no other user can write the cache, whose content gets into images. Earlier
   * versions created it readable for all users, and writable for the group if the umask allowed
   * that.
   */
  private void requireOwn() throws IOException {
    if (!Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      return;
    }
    Set<PosixFilePermission> modes = Files.getPosixFilePermissions(directory);
    if (modes.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new UsageException(
          "Every user can write the cache "
              + directory
              + ", so its content cannot be trusted."
              + " Choose another with --cache or XDG_CACHE_HOME, or delete it.");
    }
    Path probe = Files.createTempFile(directory, "owner", ".part");
    try {
      Object self = Files.getAttribute(probe, "unix:uid");
      Object owner = Files.getAttribute(directory, "unix:uid");
      if (!self.equals(owner)) {
        throw new UsageException(
            "The cache "
                + directory
                + " belongs to another user (uid "
                + owner
                + ", this program runs with uid "
                + self
                + "), so its content cannot be trusted. Choose another with --cache or"
                + " XDG_CACHE_HOME.");
      }
    } finally {
      Files.deleteIfExists(probe);
    }
    // A directory without blobs may belong to something else, so its permissions are kept. Files
    // that a build creates in it are private anyway.
    if (!modes.equals(CLOSED) && Files.isDirectory(directory.resolve("blobs"))) {
      Files.setPosixFilePermissions(directory, CLOSED);
    }
  }

  private UsageException unwritable(IOException e) {
    return new UsageException(
        "Cannot write the cache "
            + directory
            + " ("
            + (e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : "permission denied, or not a directory")
            + "). Choose another with --cache or XDG_CACHE_HOME.",
        e);
  }

  /** Deletes temporary files of killed runs: those that were not written to for some time. */
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
      // Another run may delete the same files. A later run deletes those that remain.
    }
  }

  private static boolean isWork(String name) {
    return name.startsWith(WORK) || name.startsWith(JIB);
  }

  public Path directory() {
    return directory;
  }

  public BlobStore blobs() {
    return blobs;
  }

  /**
   * Returns the records of verified blobs in OCI layouts outside of this cache. They are private to
   * this user.
   */
  public HashRecords hashRecords() {
    return records;
  }

  /**
   * Returns a record. One with a wrong checksum counts as absent.
   *
   * @param mostBytes maximum size; a larger record counts as absent too
   */
  Optional<byte[]> find(RecordKey key, int mostBytes) throws IOException {
    Optional<byte[]> own = ownRecord(key, mostBytes);
    return own.isPresent() || overlay == null ? own : overlay.find(key);
  }

  private Optional<byte[]> ownRecord(RecordKey key, int mostBytes) throws IOException {
    byte[] bytes;
    try (InputStream in =
        Files.newInputStream(directory.resolve(key.kind()).resolve(key.key().hex()))) {
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

  /** Keeps a record, in place of any former one with that key. */
  void keep(RecordKey key, byte[] content) throws IOException {
    if (overlay != null && overlay.isUnproved()) {
      overlay.keep(key, content);
      return;
    }
    Path ofKind = directory.resolve(key.kind());
    Path target = ofKind.resolve(key.key().hex());
    Path part = TemporaryFiles.file(temporary(), key.kind(), ".part");
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
   * Removes a corrupt blob, so that it is made or fetched again.
   *
   * @return false if the file is not a blob of this cache
   */
  public boolean discard(Path file) throws IOException {
    Path name = file.getFileName();
    if (name == null || !Digest.isDigest("sha256:" + name)) {
      return false;
    }
    if (!blobs.path(new Digest(name.toString())).equals(file.toAbsolutePath())) {
      return false;
    }
    // Another process that found the file corrupt too may have deleted it already.
    Files.deleteIfExists(file);
    return true;
  }

  /** A temporary directory, which {@link #close} deletes. */
  public static final class Workplace implements AutoCloseable {

    private final Path directory;

    private Workplace(Path directory) {
      this.directory = directory;
    }

    public Path directory() {
      return directory;
    }

    @Override
    public void close() throws IOException {
      TemporaryFiles.delete(directory);
    }
  }

  /** Creates a temporary directory on the file system of this cache. */
  public Workplace workplace() throws IOException {
    return new Workplace(TemporaryFiles.directory(temporary(), WORK));
  }

  /** Returns the directory of temporary files, on the file system of this cache. */
  public Path temporary() {
    return directory.resolve(TEMPORARY);
  }

  /** Creates a temporary file for a download. The caller deletes it with {@link TemporaryFiles}. */
  public Path temporaryFile() throws IOException {
    return TemporaryFiles.file(temporary(), "download", ".part");
  }
}
