package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that fails with a {@link VerificationException} if its source is longer than allowed.
 */
public final class BoundedInputStream extends FilterInputStream {

  private final String source;
  private final long max;
  private long count;

  public BoundedInputStream(InputStream in, long max, String source) {
    super(in);
    this.max = max;
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    if (b >= 0) {
      count(1);
    }
    return b;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    int read = super.read(bytes, start, length);
    if (read > 0) {
      count(read);
    }
    return read;
  }

  @Override
  public long skip(long n) throws IOException {
    long skipped = super.skip(n);
    count(skipped);
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(long more) {
    count += more;
    if (count > max) {
      throw new VerificationException(
          source + ": longer than the allowed " + max + " bytes. Use another source.");
    }
  }
}
