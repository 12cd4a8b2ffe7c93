package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.Gzip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The limit for the inflated size of an image's compressed archive. The inflated size is unknown in
 * advance, so the limit depends on the compressed one: images compress to a third or a quarter, a
 * file of zeros to a thousandth.
 */
final class InflationLimit {

  private static final long FREE = 64L << 20;
  private static final long RATIO = 100;
  private static final long MOST = 16L << 30;

  private InflationLimit() {}

  /** Inflates an archive up to the limit. */
  static InputStream bounding(InputStream compressed, Path file) throws IOException {
    long max = Math.min(MOST, FREE + RATIO * Math.min(Files.size(file), MOST / RATIO));
    return new BoundedInputStream(
        Gzip.inflating(compressed, file.toString()), max, file.toString());
  }
}
