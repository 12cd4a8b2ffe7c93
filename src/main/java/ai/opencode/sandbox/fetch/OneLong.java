package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.FilterInputStream;
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

  private final class Limited extends FilterInputStream {

    private long count;
    private boolean holding;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int read = super.read(bytes, start, length);
      count += Math.max(read, 0);
      if (count > shortBytes && !holding) {
        await();
      }
      return read;
    }

    @Override
    public long skip(long n) throws IOException {
      return Math.max(0, read(new byte[(int) Math.min(n, 1 << 16)]));
    }

    @Override
    public boolean markSupported() {
      return false;
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
        super.close();
      } finally {
        if (holding) {
          holding = false;
          turn.release();
        }
      }
    }
  }
}
