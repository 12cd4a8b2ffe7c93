package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The table at the end of a build, in at most 80 columns for the names of this product's images.
 * Sizes are in millions of bytes: those that a pull transfers, and those on disk.
 */
final class ResultTable {

  private static final List<String> HEAD =
      List.of("IMAGE", "PLATFORM", "INDEX DIGEST", "LAYERS", "PULL MB", "DISK MB");

  private ResultTable() {}

  static List<String> lines(List<BuiltImage> images) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    for (BuiltImage image : images) {
      for (BuiltPlatform platform : image.platforms()) {
        rows.add(
            List.of(
                image.name(),
                String.valueOf(platform.manifest().platform()),
                image.index().digest().hex().substring(0, 12),
                Integer.toString(platform.layers().size()),
                megabytes(platform.sizes().compressedBytes()),
                megabytes(platform.sizes().diskBytes())));
      }
    }
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        String padding = " ".repeat(widths[i] - cell.length());
        boolean number = i >= 3;
        line.append(i == 0 ? "" : "  ").append(number ? padding + cell : cell + padding);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }
}
