package ai.opencode.sandbox.archive;

/**
 * The limits for a tar archive, and whether historical forms of the format are accepted.
 *
 * @param maxEntries entries in one archive
 * @param maxContentBytes sum of all file sizes
 * @param foreign whether names may start with {@code ./} and files may have the type NUL of 1979.
 *     Debian packages, npm tarballs and base layers contain both. apk silently skips such entries,
 *     so an Alpine package that has one is refused
 */
public record TarLimits(int maxEntries, long maxContentBytes, boolean foreign) {

  private static final int ENTRIES = 200_000;

  /** Returns the limits for the data segment of an Alpine package: 200,000 entries, 4 GiB. */
  public static TarLimits alpinePackage() {
    return new TarLimits(ENTRIES, 4L << 30, false);
  }

  /**
   * Returns the limits for the control segment or index of an Alpine repository: few entries and
   * {@code maxBytes} of content.
   */
  public static TarLimits alpineMetadata(long maxBytes) {
    return new TarLimits(64, maxBytes, false);
  }

  /**
   * Returns the limits for archives of other tools, such as base layers, Debian packages and npm
   * tarballs: 200,000 entries, 16 GiB.
   */
  public static TarLimits foreignArchive() {
    return new TarLimits(ENTRIES, 16L << 30, true);
  }

  public TarLimits withMaxContentBytes(long bytes) {
    return new TarLimits(maxEntries, bytes, foreign);
  }
}
