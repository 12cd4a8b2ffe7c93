package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Content-addressed files in the form of an OCI layout's {@code blobs} folder. A blob appears under
 * its name complete or not at all: it is written under a temporary name in a folder beside and
 * renamed, so that a killed writer leaves nothing that could be mistaken for content, and several
 * writers of one blob do not disturb each other. Others may write the folder too: a blob is a
 * regular file, and nothing is looked for, written or removed through a link.
 */
public final class BlobStore {

  private final BlobDirectories directories;
  private final BlobChecks checks;

  /**
   * A store that others may read.
   *
   * @param root the folder that holds {@code blobs/sha256}; made when the first blob is written
   */
  public BlobStore(Path root) {
    this(root, Access.USUAL, null);
  }

  /**
   * @param access who may read what is written here
   * @param records of what need not be hashed again; null for none
   */
  public BlobStore(Path root, Access access, @Nullable HashRecords records) {
    this.directories = new BlobDirectories(root, access);
    this.checks = new BlobChecks(directories, records);
  }

  /** Whether there is a regular file of that name. */
  public boolean contains(Digest digest) {
    return directories.contains(digest);
  }

  /** Where a blob is or would be; the file must not be changed. */
  public Path path(Digest digest) {
    return directories.path(digest);
  }

  /**
   * Reads a small blob (manifest, configuration) and checks it against its digest.
   *
   * @throws VerificationException where it is missing, larger than 4 MiB or other content than its
   *     name says
   */
  public byte[] read(Digest digest) throws IOException {
    byte[] bytes;
    try (InputStream in = open(digest)) {
      bytes = in.readNBytes(Json.MAX_BYTES + 1);
    }
    if (bytes.length > Json.MAX_BYTES || !Digest.sha256(bytes).equals(digest)) {
      throw new DamagedFileException(path(digest));
    }
    return bytes;
  }

  /**
   * Checks a blob's content against its digest; reads it unless it is known to be unchanged since
   * it was read.
   */
  public void verify(Digest digest) throws IOException {
    checks.verify(digest);
  }

  /**
   * Checks a blob before it is given away: once for each file that takes its place, in the lifetime
   * of this store.
   *
   * @throws DamagedFileException where its content is other than its name says
   */
  public void verifyOnce(Digest digest) throws IOException {
    checks.verifyOnce(digest);
  }

  /** Stores bytes and describes them; a damaged file of that name is replaced. */
  public Descriptor put(String mediaType, byte[] content) throws IOException {
    Digest digest = Digest.sha256(content);
    if (!holds(digest, content)) {
      try (BlobSink sink = create()) {
        sink.write(content);
        sink.commit(digest);
      }
    }
    return Descriptor.of(mediaType, digest, content.length);
  }

  /** Writes a document that is no blob into the directory above the blobs', in one step. */
  void putBeside(String name, byte[] content) throws IOException {
    try (BlobSink sink = create()) {
      sink.write(content);
      sink.finish();
      sink.publishBeside(name);
    }
  }

  private boolean holds(Digest digest, byte[] content) throws IOException {
    if (!contains(digest) || size(digest) != content.length) {
      return false;
    }
    try (InputStream in = open(digest)) {
      return Arrays.equals(in.readNBytes(content.length + 1), content);
    }
  }

  /**
   * Brings a blob over from another store, as a file of its own, checked on the way. One that is
   * here already stays where it is the right one.
   *
   * @throws VerificationException where the other store's file is not what its name says
   */
  public void importFrom(BlobStore other, Digest digest) throws IOException {
    if (other.directories.isSameAs(directories)) {
      return;
    }
    other.directories.requireContains(digest);
    if (checks.isRight(digest, other.size(digest))) {
      return;
    }
    other.checks.makeOwn(digest);
    try (BlobContent content = other.content(digest);
        BlobSink sink = create()) {
      content.copyTo(sink);
    }
  }

  /**
   * A blob's size in bytes.
   *
   * @throws VerificationException where it is missing, or no regular file
   */
  public long size(Digest digest) throws IOException {
    return directories.size(digest);
  }

  /**
   * A blob's bytes as they are on disk; who depends on them checks them.
   *
   * @throws VerificationException where it is missing, or no regular file
   */
  public InputStream open(Digest digest) throws IOException {
    return Channels.newInputStream(directories.channel(digest));
  }

  /**
   * Opens a blob whose bytes are checked while they are read.
   *
   * @throws VerificationException where it is missing, or no regular file
   */
  public BlobContent content(Descriptor blob) throws IOException {
    return checks.content(blob.digest(), blob.size());
  }

  /** The same, of the size that it has. */
  public BlobContent content(Digest digest) throws IOException {
    return checks.content(digest, size(digest));
  }

  /** Starts a blob whose digest is not known yet. */
  public BlobSink create() throws IOException {
    return checks.create();
  }

  /** Removes what killed writers left behind; a writer at work touches its file more often. */
  void tidy(Instant untouchedSince) throws IOException {
    directories.tidy(untouchedSince);
  }

  /** Removes all blobs but these; files with other names are no blobs. */
  void retain(Set<Digest> kept) throws IOException {
    directories.remove(digest -> !kept.contains(digest), checks::forget);
  }

  /** The digests of all blobs, in no order; files with other names are no blobs. */
  List<Digest> list() throws IOException {
    return directories.list();
  }

  /**
   * Reads what was written here since the last time, and records that it is right: others may have
   * changed it while it was written, or so soon afterwards that its time does not show it.
   *
   * @throws DamagedFileException where it is not
   */
  void settle() throws IOException {
    checks.settle();
  }
}
