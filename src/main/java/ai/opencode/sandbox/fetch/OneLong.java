package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/**
 * A limit for files of unknown length that are fetched at once: only one of them may be long, and
 * the others wait when they reach a certain length. So a server that sends endless files cannot use
 * more space than with one of them.
 */
final class OneLong {

  /** The length in bytes from which files wait; nearly all npm tarballs are shorter. */
  private static final long SHORT = 64L << 20;

  private final long shortBytes;
  private final Semaphore turn = new Semaphore(1);

  OneLong() {
    this(SHORT);
  }

  /**
   * Makes a limit.
   *
   * @param shortBytes the length in bytes of each file while another one is long
   */
  OneLong(long shortBytes) {
    this.shortBytes = shortBytes;
  }

  /** Returns a limited stream; it must be closed, or other long files wait for ever. */
  InputStream limiting(InputStream in) {
    return new Limited(in);
  }

  private final class Limited extends BulkInputStream {

    private final InputStream in;
    private long count;
    private boolean holding;

    Limited(InputStream in) {
      this.in = in;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int read = in.read(bytes, start, length);
      count += Math.max(read, 0);
      if (count > shortBytes && !holding) {
        await();
      }
      return read;
    }

    private void await() {
      try {
        turn.acquire();
        holding = true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NetworkException("Interrupted during a transfer. Run this again.", e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        in.close();
      } finally {
        if (holding) {
          holding = false;
          turn.release();
        }
      }
    }
  }
}
