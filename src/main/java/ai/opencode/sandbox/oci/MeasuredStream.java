package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * A stream with the number and the digest of the bytes that were read from it, which are the two
 * measures of a descriptor. Skipped bytes count, because they are read.
 */
public final class MeasuredStream extends BulkInputStream {

  private final InputStream in;
  private final MessageDigest sha256 = Digest.newSha256();
  private long count;

  public MeasuredStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    int read = in.read(bytes, start, length);
    if (read > 0) {
      sha256.update(bytes, start, read);
      count += read;
    }
    return read;
  }

  /** Reads to the end. */
  public void drain() throws IOException {
    transferTo(OutputStream.nullOutputStream());
  }

  /** Returns the number of bytes read so far. */
  public long count() {
    return count;
  }

  /** Returns the digest of the bytes read so far. It can be called only once. */
  public Digest digest() {
    return Digest.from(sha256.digest());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
