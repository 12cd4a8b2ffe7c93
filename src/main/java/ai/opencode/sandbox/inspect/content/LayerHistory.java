package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.ImageConfig;
import java.util.List;

/** The lines of an image's history that belong to layers. */
final class LayerHistory {

  private LayerHistory() {}

  static List<String> of(ImageConfig config) {
    return config.history().stream()
        .filter(line -> !line.emptyLayer())
        .map(ImageConfig.History::createdBy)
        .toList();
  }

  /** Reports differences between the numbers of layers, diff IDs and history lines. */
  static void check(ImageConfig config, int layers, Flaws flaws) {
    if (config.diffIds().size() != layers) {
      flaws.add(
          "layer-count",
          "configuration",
          "it has " + config.diffIds().size() + " diff IDs for " + layers + " layers");
    }
    int lines = of(config).size();
    if (lines != 0 && lines != layers) {
      flaws.add(
          "layer-count",
          "configuration",
          "its history has " + lines + " lines for " + layers + " layers");
    }
  }
}
