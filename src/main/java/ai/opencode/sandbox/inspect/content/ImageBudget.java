package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The limit for all layers of an image together. It is needed because a document of a few kilobytes
 * can name one large blob any number of times.
 *
 * <p>Safe for use by several threads.
 */
final class ImageBudget {

  private static final int MAX_LAYERS = 500;
  private static final long MAX_BYTES = 40L << 30;

  private final int maxLayers;
  private final long maxBytes;
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong unpacked = new AtomicLong();

  ImageBudget() {
    this(MAX_LAYERS, MAX_BYTES);
  }

  /**
   * Creates a budget.
   *
   * @param maxLayers the allowed number of layers; engines allow 127 or fewer
   * @param maxBytes the maximum size of all blobs together, and of all archives in them
   */
  ImageBudget(int maxLayers, long maxBytes) {
    this.maxLayers = maxLayers;
    this.maxBytes = maxBytes;
  }

  /**
   * Checks the number of layers before any is read.
   *
   * @throws VerificationException if there are too many
   */
  void requireFew(int layers) {
    if (layers > maxLayers) {
      throw new VerificationException(
          "The image has "
              + layers
              + " layers, but at most "
              + maxLayers
              + " are read. Build it with fewer layers, or use another image.");
    }
  }

  /** Returns a stream that counts the bytes of a blob. */
  InputStream ofBlob(InputStream in) {
    return new Counted(in, stored, "");
  }

  /** Returns a stream that counts the bytes of an archive. */
  InputStream ofArchive(InputStream in) {
    return new Counted(in, unpacked, " unpacked");
  }

  /**
   * Fails if the budget is exhausted. Code that reports the failure of one layer as a finding must
   * call it, because an exhausted budget ends the whole reading.
   *
   * @throws VerificationException if all layers together have exhausted the budget
   */
  void requireLeft() {
    requireLeft(stored.get(), "");
    requireLeft(unpacked.get(), " unpacked");
  }

  private void requireLeft(long count, String what) {
    if (count > maxBytes) {
      throw new VerificationException(
          "The image's layers together have more than the "
              + maxBytes
              + " bytes"
              + what
              + " that are read of an image. Make it smaller, or use another image.");
    }
  }

  private final class Counted extends BulkInputStream {

    private final InputStream in;
    private final AtomicLong count;
    private final String what;

    Counted(InputStream in, AtomicLong count, String what) {
      this.in = in;
      this.count = count;
      this.what = what;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int read = in.read(bytes, start, length);
      requireLeft(count.addAndGet(Math.max(read, 0)), what);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
