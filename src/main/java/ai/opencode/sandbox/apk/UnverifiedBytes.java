package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A stream that keeps its bytes while they are read, so that the remaining ones can be verified
 * before they are parsed.
 */
final class UnverifiedBytes extends BulkInputStream {

  private static final int CHUNK = 1 << 16;

  private final InputStream in;
  private final Kept kept = new Kept();
  private final int max;
  private final String source;
  private int position;

  /**
   * Creates a stream.
   *
   * @param max the allowed size of the file in bytes
   */
  UnverifiedBytes(InputStream in, int max, String source) {
    this.in = in;
    this.max = max;
    this.source = source;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (position == kept.size() && !more()) {
      return -1;
    }
    int count = Math.min(length, kept.size() - position);
    System.arraycopy(kept.bytes(), position, bytes, start, count);
    position += count;
    return count;
  }

  /** Reads the source to its end without advancing this stream. */
  void keepAll() throws IOException {
    while (more()) {
      // Reading keeps the bytes.
    }
  }

  /** Copies the kept bytes from a position on; returns whether there are any. */
  boolean copyFrom(long start, OutputStream out) throws IOException {
    out.write(kept.bytes(), (int) start, kept.size() - (int) start);
    return start < kept.size();
  }

  private boolean more() throws IOException {
    byte[] chunk = new byte[CHUNK];
    int read = in.read(chunk);
    if (read > 0 && kept.size() + read > max) {
      throw new VerificationException(source + ": longer than the allowed " + max + " bytes");
    }
    kept.write(chunk, 0, Math.max(read, 0));
    return read > 0;
  }

  private static final class Kept extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }
  }
}
