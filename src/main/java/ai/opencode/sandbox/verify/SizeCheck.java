package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.report.ByteSize;
import java.util.Locale;
import java.util.SortedMap;

/**
 * Checks that images of official packages stay within their budget; stand-in packages have other
 * sizes.
 */
final class SizeCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of("size", "the image is within the promised size");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (image.isStandIn()) {
      return;
    }
    check(
        "compressed",
        image.root().compressedBytes(),
        image.contract().budget().compressed(),
        flaws);
    check("unpacked", image.root().unpackedBytes(), image.contract().budget().unpacked(), flaws);
  }

  private static void check(String what, long bytes, long max, Flaws flaws) {
    if (bytes >= max) {
      flaws.add(
          "size",
          what,
          String.format(
              Locale.ROOT, "%s, the budget is %.0f MB", ByteSize.megabytes(bytes), max / 1e6));
    }
  }
}
