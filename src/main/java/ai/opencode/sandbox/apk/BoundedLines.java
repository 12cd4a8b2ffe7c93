package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends with a {@link VerificationException} at a line that no reader should have to hold. */
final class BoundedLines extends FilterInputStream {

  /** Alpine's longest, a package's list of provides, has some hundred thousand. */
  private static final int MAX_BYTES = 4 << 20;

  private final String source;
  private long line = 1;
  private long length;

  BoundedLines(InputStream in, String source) {
    super(in);
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int start, int count) throws IOException {
    int read = super.read(bytes, start, count);
    for (int i = start; i < start + read; i++) {
      length++;
      if (bytes[i] == '\n') {
        line++;
        length = 0;
      }
    }
    if (length > MAX_BYTES) {
      throw new VerificationException(
          source + ": line " + line + " is longer than " + MAX_BYTES + " bytes");
    }
    return read;
  }
}
