package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** A stream that counts and hashes the bytes read, including skipped ones. */
final class CountedStream extends FilterInputStream {

  private final MessageDigest sha256 = Digest.newSha256();
  private final byte[] skipped = new byte[1 << 16];
  private long count;

  CountedStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    if (b >= 0) {
      sha256.update((byte) b);
      count++;
    }
    return b;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    int read = super.read(bytes, start, length);
    if (read > 0) {
      sha256.update(bytes, start, read);
      count += read;
    }
    return read;
  }

  @Override
  public long skip(long n) throws IOException {
    int read = read(skipped, 0, (int) Math.min(n, skipped.length));
    return Math.max(read, 0);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  void drain() throws IOException {
    while (read(skipped, 0, skipped.length) >= 0) {
      // Reading counts and hashes.
    }
  }

  long count() {
    return count;
  }

  /** Returns the digest of all bytes read. It can be called only once. */
  Digest digest() {
    return Digest.from(sha256.digest());
  }
}
