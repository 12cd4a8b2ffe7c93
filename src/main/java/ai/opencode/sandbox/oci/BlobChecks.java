package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.DamagedFileException;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The verification of a store's files against the digests in their names. Files that were verified
 * and have not changed since then are not read again.
 */
final class BlobChecks {

  private final BlobDirectories directories;
  private final @Nullable HashRecords records;
  private final Set<Digest> fresh = new LinkedHashSet<>();
  private final Map<Digest, FileStamp> verified = new ConcurrentHashMap<>();

  BlobChecks(BlobDirectories directories, @Nullable HashRecords records) {
    this.directories = directories;
    this.records = records;
  }

  /** Opens a blob whose bytes are checked while they are read. */
  BlobContent content(Digest digest, long size) throws IOException {
    return new BlobContent(
        directories.path(digest), directories.channel(digest), digest, size, records);
  }

  void verify(Digest digest) throws IOException {
    if (makeOwn(digest) || isRecorded(digest, directories.size(digest))) {
      return;
    }
    try (BlobContent content = content(digest, directories.size(digest))) {
      content.verify();
    }
  }

  void verifyOnce(Digest digest) throws IOException {
    FileStamp stamp = FileStamp.of(directories.path(digest)).orElse(null);
    if (stamp == null || !stamp.equals(verified.get(digest))) {
      verify(digest);
      if (stamp != null && stamp.isSettled(Instant.now())) {
        verified.put(digest, stamp);
      }
    }
  }

  /**
   * Returns whether a file that belongs to this store alone holds the blob with the right content.
   */
  boolean isRight(Digest digest, long size) throws IOException {
    if (!directories.contains(digest)
        || FileStamp.isShared(directories.path(digest))
        || directories.size(digest) != size) {
      return false;
    }
    if (isRecorded(digest, size)) {
      return true;
    }
    try (BlobContent content = content(digest, size)) {
      content.verify();
      return true;
    } catch (DamagedFileException e) {
      return false;
    }
  }

  private boolean isRecorded(Digest digest, long size) throws IOException {
    if (records == null) {
      return false;
    }
    Optional<FileStamp> stamp = FileStamp.of(directories.path(digest));
    return stamp.isPresent() && stamp.get().size() == size && records.holds(digest, stamp.get());
  }

  /**
   * Replaces a blob that has further hard links by a verified copy. Earlier versions linked blobs
   * into directories that others can write.
   *
   * @return whether the blob was copied
   */
  boolean makeOwn(Digest digest) throws IOException {
    if (directories.access() != Access.OWNER || !FileStamp.isShared(directories.path(digest))) {
      return false;
    }
    try (BlobContent content = content(digest, directories.size(digest));
        BlobSink sink = create()) {
      content.copyTo(sink);
    }
    return true;
  }

  /** Starts writing a blob. */
  BlobSink create() throws IOException {
    return BlobSink.in(directories, this::written);
  }

  private void written(Digest digest) {
    if (records != null && directories.access() != Access.OWNER) {
      synchronized (fresh) {
        fresh.add(digest);
      }
    }
  }

  void forget(Digest digest) throws IOException {
    if (records != null) {
      records.forget(digest);
    }
  }

  void settle() throws IOException {
    if (records == null) {
      return;
    }
    Set<Digest> written;
    synchronized (fresh) {
      written = new LinkedHashSet<>(fresh);
      fresh.clear();
    }
    for (Digest digest : written) {
      if (FileStamp.of(directories.path(digest)).filter(FileStamp::awaitSettled).isPresent()) {
        verify(digest);
      }
    }
  }
}
