package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.Reason;
import java.util.ArrayList;
import java.util.List;

/** The lines of {@code --explain}: for each package, how it is stored and why. */
final class LayerExplanation {

  private static final ObstacleText OBSTACLES = new ObstacleText();

  private LayerExplanation() {}

  /** Returns a line for each Alpine package, in the order of the layers, without duplicates. */
  static List<String> lines(List<PlannedLayer> layers) {
    List<String> lines = new ArrayList<>();
    for (PlannedLayer layer : layers) {
      if (layer instanceof PlannedLayer.Verbatim verbatim) {
        lines.add(verbatim.pkg().label() + " unchanged, layer " + verbatim.data());
      } else if (layer instanceof PlannedLayer.Merged merged) {
        merged
            .contents()
            .forEach(each -> lines.add(each.pkg().label() + " merged: " + of(each.reason())));
      }
    }
    return lines.stream().distinct().toList();
  }

  private static String of(Reason reason) {
    if (reason instanceof Reason.Hindered hindered) {
      return String.join(
          "; ", hindered.obstacles().stream().map(each -> each.in(OBSTACLES)).toList());
    }
    if (reason instanceof Reason.TooSmall small) {
      return small.bytes()
          + " bytes in "
          + small.entries()
          + (small.entries() == 1 ? " entry" : " entries")
          + " are too few for a layer of its own";
    }
    return "the limit of layers is reached by "
        + ((Reason.TooMany) reason).larger()
        + " larger packages";
  }
}
