package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/**
 * Of several files that are fetched at once and whose length nobody vouches for, lets only one be
 * long: the others wait where a short one would have ended. So a server that sends several without
 * an end takes the room of one.
 */
final class OneLong {

  /** Nearly all of npm's tarballs end before, so they do not wait for each other. */
  private static final long SHORT = 64L << 20;

  private final long shortBytes;
  private final Semaphore turn = new Semaphore(1);

  OneLong() {
    this(SHORT);
  }

  /**
   * @param shortBytes what each may have while another is long
   */
  OneLong(long shortBytes) {
    this.shortBytes = shortBytes;
  }

  /** To be closed by whoever reads it, or no other goes on. */
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
        throw new NetworkException("Interrupted during a transfer", e);
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
