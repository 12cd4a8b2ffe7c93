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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Content-addressed files in the form of an OCI layout's {@code blobs} directory. A blob appears
 * under its name complete or not at all: it is written under a temporary name in a sibling
 * directory and renamed. A killed writer therefore leaves nothing that looks like a blob, and
 * concurrent writers of one blob do not disturb each other. Other users may be able to write to the
 * directory too: a blob is a regular file, and files are never looked up, written or removed
 * through a symbolic link.
 */
public final class BlobStore {

  private final BlobDirectories directories;
  private final BlobChecks checks;
  private final Map<Digest, byte[]> documents;
  private final LentBlobs lent;

  /**
   * Creates a store whose files other users can read.
   *
   * @param root the directory that contains {@code blobs/sha256}; created with the first blob
   */
  public BlobStore(Path root) {
    this(root, Access.USUAL, null);
  }

  /**
   * Creates a store.
   *
   * @param access the permissions of new files
   * @param records the verified files that need no further hashing; null for none
   */
  public BlobStore(Path root, Access access, @Nullable HashRecords records) {
    this.directories = new BlobDirectories(root, access);
    this.checks = new BlobChecks(directories, records);
    this.documents = Map.of();
    this.lent = new LentBlobs();
  }

  private BlobStore(BlobStore store, Map<Digest, byte[]> documents) {
    this.directories = store.directories;
    this.checks = store.checks;
    this.documents = Map.copyOf(documents);
    this.lent = store.lent;
  }

  /**
   * Returns the same store, in which {@link #read} also finds documents that are not in its
   * directory and are not written there.
   *
   * @param documents manifests and indexes, by their digests
   */
  public BlobStore withDocuments(Map<Digest, byte[]> documents) {
    return new BlobStore(this, documents);
  }

  /**
   * Returns whether a regular file with the blob's name exists, or the blob is lent; its content is
   * not checked.
   */
  public boolean contains(Digest digest) {
    return directories.contains(digest) || lent.contains(digest);
  }

  /** Returns whether a regular file with the blob's name exists. */
  public boolean isHere(Digest digest) {
    return directories.contains(digest);
  }

  /**
   * Counts a blob among those of this store although only the lender has it. The blob is copied
   * into the store when its content is first read, and stays there. Only this store, and those that
   * {@link #withDocuments} makes of it, have the loan.
   */
  public void lend(Descriptor blob, BlobLender lender) {
    lent.add(blob, lender);
  }

  /** Returns the places that lend a blob; none for one that is only here. */
  public List<BlobLender> lenders(Digest digest) {
    return lent.lenders(digest);
  }

  /** Returns whether any blob was lent. */
  public boolean hasLoans() {
    return !lent.isEmpty();
  }

  /** Ends all loans. */
  public void endLoans() {
    lent.end();
  }

  /**
   * Copies a lent blob into this store.
   *
   * @throws ai.opencode.sandbox.failure.LostBlobException if no lender has it any more
   */
  public void bring(Digest digest) throws IOException {
    if (!isHere(digest)) {
      lent.bring(digest, this);
    }
  }

  /**
   * Returns whether a blob is lent and not in this store, so that its content cannot be checked
   * yet.
   */
  private boolean isElsewhere(Digest digest) {
    return lent.contains(digest) && !isHere(digest);
  }

  /**
   * Returns the path of a blob, which may not exist: see {@link #file} for one that is lent. The
   * file must not be modified.
   */
  public Path path(Digest digest) {
    return directories.path(digest);
  }

  /** Returns the path of a blob, which is copied into this store if it is lent. */
  public Path file(Digest digest) throws IOException {
    bring(digest);
    return directories.path(digest);
  }

  /**
   * Reads a small blob (manifest, configuration) and checks it against its digest.
   *
   * @throws VerificationException if the blob is missing, larger than 4 MiB or does not match its
   *     digest
   */
  public byte[] read(Digest digest) throws IOException {
    byte[] document = documents.get(digest);
    if (document != null) {
      return document.clone();
    }
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
   * Checks a blob's content against its digest; skips the reading if a record shows that the file
   * is unchanged since it was verified. A lent blob is checked when it is copied into the store.
   */
  public void verify(Digest digest) throws IOException {
    if (!isElsewhere(digest)) {
      checks.verify(digest);
    }
  }

  /**
   * Checks a blob's content against its digest, once for each file with the blob's name in the
   * lifetime of this store.
   *
   * @throws DamagedFileException if the content does not match the digest
   */
  public void verifyOnce(Digest digest) throws IOException {
    if (!isElsewhere(digest)) {
      checks.verifyOnce(digest);
    }
  }

  /** Stores bytes and returns their descriptor; a corrupt file with the blob's name is replaced. */
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

  /** Writes a document that is not a blob to the top directory, in one step. */
  void putBeside(String name, byte[] content) throws IOException {
    try (BlobSink sink = create()) {
      sink.write(content);
      sink.finish();
      sink.publishBeside(name);
    }
  }

  private boolean holds(Digest digest, byte[] content) throws IOException {
    if (!isHere(digest) || directories.size(digest) != content.length) {
      return false;
    }
    try (InputStream in = open(digest)) {
      return Arrays.equals(in.readNBytes(content.length + 1), content);
    }
  }

  /**
   * Copies a blob from another store and verifies it. A blob with the right content that this store
   * already holds is kept.
   *
   * @throws VerificationException if the content in the other store does not match the digest
   */
  public void importFrom(BlobStore other, Digest digest) throws IOException {
    if (other.directories.isSameAs(directories)) {
      return;
    }
    other.bring(digest);
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
   * Returns a blob's size in bytes.
   *
   * @throws VerificationException if the blob is missing or not a regular file
   */
  public long size(Digest digest) throws IOException {
    return isElsewhere(digest) ? lent.find(digest).orElseThrow().size() : directories.size(digest);
  }

  /**
   * Opens a blob without verification, for callers that check the bytes themselves.
   *
   * @throws VerificationException if the blob is missing or not a regular file
   */
  public InputStream open(Digest digest) throws IOException {
    bring(digest);
    return Channels.newInputStream(directories.channel(digest));
  }

  /**
   * Opens a blob whose bytes are checked while they are read.
   *
   * @throws VerificationException if the blob is missing or not a regular file
   */
  public BlobContent content(Descriptor blob) throws IOException {
    bring(blob.digest());
    return checks.content(blob.digest(), blob.size());
  }

  /** Opens a blob of any size, as {@link #content(Descriptor)} does. */
  public BlobContent content(Digest digest) throws IOException {
    bring(digest);
    return checks.content(digest, size(digest));
  }

  /** Starts a blob whose digest is not known yet. */
  public BlobSink create() throws IOException {
    return checks.create();
  }

  /** Removes the files of killed writers. A running writer touches its file more often. */
  void tidy(Instant untouchedSince) throws IOException {
    directories.tidy(untouchedSince);
  }

  /** Removes all blobs but these; files with other names are not blobs. */
  void retain(Set<Digest> kept) throws IOException {
    directories.remove(digest -> !kept.contains(digest), checks::forget);
  }

  /** Returns the digests of all blobs, unordered; files with other names are not blobs. */
  List<Digest> list() throws IOException {
    return directories.list();
  }

  /**
   * Verifies the blobs that were written since the last call, and records the result. Another user
   * may have changed a blob while it was written, or so soon afterwards that its timestamp does not
   * show it.
   *
   * @throws DamagedFileException if a blob does not match its digest
   */
  void settle() throws IOException {
    checks.settle();
  }
}
