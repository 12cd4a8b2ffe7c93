package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.Gzip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes that a compressed archive of an image may become on this machine. What it holds is not
 * known before it is inflated, so the limit goes by its size: images come to a third or a quarter
 * when they are compressed, and a file of zeros to a thousandth.
 */
final class InflationLimit {

  private static final long FREE = 64L << 20;
  private static final long RATIO = 100;
  private static final long MOST = 16L << 30;

  private InflationLimit() {}

  /** Inflates an archive as far as the limit. */
  static InputStream bounding(InputStream compressed, Path file) throws IOException {
    long max = Math.min(MOST, FREE + RATIO * Math.min(Files.size(file), MOST / RATIO));
    return new BoundedInputStream(
        Gzip.inflating(compressed, file.toString()), max, file.toString());
  }
}
