package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The lines of {@code --explain}: for each package, how it is stored and why. */
final class LayerExplanation {

  private static final ReasonText REASONS = new ReasonText();

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
            .forEach(
                each -> lines.add(each.pkg().label() + " merged: " + each.reason().in(REASONS)));
      }
    }
    return lines.stream().distinct().toList();
  }

  /** The words for a reason. */
  private static final class ReasonText implements Reason.Cases<String> {

    private final ObstacleText obstacles = new ObstacleText();

    @Override
    public String of(Reason.Hindered reason) {
      return reason.obstacles().stream()
          .map(each -> each.in(obstacles))
          .collect(Collectors.joining("; "));
    }

    @Override
    public String of(Reason.TooSmall reason) {
      return reason.bytes()
          + " bytes in "
          + reason.entries()
          + (reason.entries() == 1 ? " entry" : " entries")
          + " are too few for a layer of its own";
    }

    @Override
    public String of(Reason.TooMany reason) {
      return "the limit of layers is reached by " + reason.larger() + " larger packages";
    }
  }
}
