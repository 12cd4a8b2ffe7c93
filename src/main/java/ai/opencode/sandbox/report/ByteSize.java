package ai.opencode.sandbox.report;

import java.util.Locale;

/** Numbers of bytes as text, in units of a thousand and a million bytes, as registries use them. */
public final class ByteSize {

  /**
   * The smallest number of bytes that is shown in megabytes; a smaller one would be rounded to 0.0
   * MB.
   */
  private static final long MIN_BYTES_IN_MEGABYTES = 50_000;

  private ByteSize() {}

  /** Returns a number of bytes in megabytes: {@code 1.4 MB}. */
  public static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** Returns a number of bytes in megabytes; a small one, except 0, in kilobytes. */
  public static String of(long bytes) {
    return bytes < MIN_BYTES_IN_MEGABYTES && bytes > 0
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : megabytes(bytes);
  }
}
