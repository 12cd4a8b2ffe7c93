package ai.opencode.sandbox.archive;

/**
 * How much a tar archive may ask of its reader, and which of the format's old habits are accepted.
 *
 * @param maxEntries entries in one archive
 * @param maxContentBytes sum of all file sizes
 * @param foreign whether names may start with {@code ./} and files may carry the type NUL of 1979.
 *     Debian packages, npm tarballs and base layers do; apk silently leaves such entries out, so in
 *     an Alpine package they are refused
 */
public record TarLimits(int maxEntries, long maxContentBytes, boolean foreign) {

  private static final int ENTRIES = 200_000;

  /** The data segment of an Alpine package: 200,000 entries, 4 GiB. */
  public static TarLimits alpinePackage() {
    return new TarLimits(ENTRIES, 4L << 30, false);
  }

  /**
   * The control segment or index of an Alpine repository: few entries, {@code maxBytes} of content.
   */
  public static TarLimits alpineMetadata(long maxBytes) {
    return new TarLimits(64, maxBytes, false);
  }

  /**
   * Archives that other tools make: base layers, Debian packages, npm tarballs. 200,000 entries, 16
   * GiB.
   */
  public static TarLimits foreignArchive() {
    return new TarLimits(ENTRIES, 16L << 30, true);
  }

  public TarLimits withMaxContentBytes(long bytes) {
    return new TarLimits(maxEntries, bytes, foreign);
  }
}
