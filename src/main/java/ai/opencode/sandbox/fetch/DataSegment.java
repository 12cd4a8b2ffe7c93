package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A package's data segment, read again from the cache. The cache may have been changed since the
 * package was verified, so every entry and every content is compared with the list made then.
 */
public final class DataSegment implements AutoCloseable {

  private final FetchedPackage apk;
  private final MessageDigest dataHash = Digest.newSha256();
  private final Iterator<ListedEntry> expected;
  private final GzipMembers members;
  private final InputStream archive;
  private final TarReader tar;
  private @Nullable ListedEntry current;

  private DataSegment(FetchedPackage apk, GzipMembers members) throws IOException {
    this.apk = apk;
    this.expected = apk.entries().iterator();
    this.members = members;
    InputStream first =
        members.next(new DigestOutputStream(OutputStream.nullOutputStream(), dataHash));
    this.archive = first == null ? InputStream.nullInputStream() : first;
    this.tar = new TarReader(archive, apk.pkg().fileName(), TarLimits.alpinePackage());
  }

  /**
   * Opens the data segment of a package.
   *
   * @throws IOException if the cache lacks it
   */
  public static DataSegment open(FetchedPackage apk, BlobStore blobs) throws IOException {
    InputStream file =
        new BufferedInputStream(Files.newInputStream(blobs.file(apk.data().digest())), 1 << 16);
    GzipMembers members = new GzipMembers(file, apk.pkg().fileName());
    try {
      return new DataSegment(apk, members);
    } catch (IOException | VerificationException e) {
      members.close();
      throw e;
    }
  }

  /**
   * Returns the next entry; null after the last one.
   *
   * @throws VerificationException if it is not the one that was verified
   */
  public @Nullable ListedEntry next() throws IOException {
    TarEntry entry = tar.next();
    current = expected.hasNext() ? expected.next() : null;
    if (entry == null ? current != null : current == null || !current.entry().equals(entry)) {
      throw damaged();
    }
    return current;
  }

  /**
   * Moves to the next entry.
   *
   * @throws VerificationException if it is not the given one
   */
  public void require(ListedEntry entry) throws IOException {
    if (!entry.equals(next())) {
      throw damaged();
    }
  }

  /**
   * Returns the content of the current entry, a file.
   *
   * @return a stream whose last byte is not returned if the content is not the one that was
   *     verified
   */
  public InputStream content() {
    return new Content();
  }

  /**
   * Reads to the end.
   *
   * @throws VerificationException if the data segment is not the one that was verified, or has
   *     further entries
   */
  public void requireVerified() throws IOException {
    if (next() != null) {
      throw damaged();
    }
    archive.transferTo(OutputStream.nullOutputStream());
    if (!Digest.from(dataHash.digest()).equals(apk.data().digest())) {
      throw damaged();
    }
  }

  private VerificationException damaged() {
    return new VerificationException(
        "The cached data segment of "
            + apk.pkg().label()
            + " (blob "
            + apk.data().digest()
            + ") is corrupt: it changed after it was verified. Delete the cache and build again.");
  }

  @Override
  public void close() throws IOException {
    members.close();
  }

  /** The current file's content. */
  private final class Content extends BulkInputStream {

    private final MessageDigest sha1 = Checksum.newSha1();
    private final @Nullable Checksum verified = current == null ? null : current.sha1();
    private long left =
        current != null && current.entry() instanceof TarEntry.File file ? file.size() : 0;

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int read = tar.content().read(bytes, start, length);
      if (read > 0) {
        sha1.update(bytes, start, read);
        left -= read;
        if (left == 0 && !Checksum.from(sha1.digest()).equals(verified)) {
          throw damaged();
        }
      }
      return read;
    }
  }
}
