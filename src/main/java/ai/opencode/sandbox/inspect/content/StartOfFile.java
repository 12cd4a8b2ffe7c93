package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that ends after as many bytes as are needed to compare a file's size with the declared
 * one. Someone may have replaced the file by one of any size, and reading a huge sparse file would
 * take years.
 */
final class StartOfFile extends BulkInputStream {

  private final InputStream in;
  private long left;

  StartOfFile(InputStream in, long most) {
    this.in = in;
    this.left = most;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    int read = in.read(bytes, start, (int) Math.min(length, left));
    left -= Math.max(read, 0);
    return read;
  }

  @Override
  public long skip(long n) throws IOException {
    return Math.max(read(new byte[(int) Math.min(n, 1 << 16)]), 0);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
