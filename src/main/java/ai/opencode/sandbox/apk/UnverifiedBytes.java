package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A file that is kept while it is read, so that its rest can be verified before anything takes it
 * apart.
 */
final class UnverifiedBytes extends BulkInputStream {

  private static final int CHUNK = 1 << 16;

  private final InputStream in;
  private final Kept kept = new Kept();
  private final int max;
  private final String source;
  private int position;

  /**
   * @param max bytes that the file may have
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

  /** Reads the file to its end, without moving on in it. */
  void keepAll() throws IOException {
    while (more()) {
      // The bytes are kept.
    }
  }

  /** Gives what is kept from a position on; true where that is anything. */
  boolean copyFrom(long start, OutputStream out) throws IOException {
    out.write(kept.bytes(), (int) start, kept.size() - (int) start);
    return start < kept.size();
  }

  private boolean more() throws IOException {
    byte[] chunk = new byte[CHUNK];
    int read = in.read(chunk);
    if (read > 0 && kept.size() + read > max) {
      throw new VerificationException(source + ": more than the " + max + " bytes it may have");
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
