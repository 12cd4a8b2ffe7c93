package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.Reason;
import java.util.ArrayList;
import java.util.List;

/** The lines of {@code --explain}: for each package, how it is stored and why. */
final class LayerExplanation {

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
      return String.join("; ", hindered.obstacles().stream().map(LayerExplanation::of).toList());
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

  private static String of(Obstacle obstacle) {
    String path = obstacle.path();
    String other = obstacle.other();
    return switch (obstacle.kind()) {
      case NOT_UNPACKED -> "its size is 0, so apk does not unpack it";
      case LISTED_TWICE -> "it lists " + path + " twice";
      case LEFT_OUT -> "apk leaves out " + path + ", an engine would not";
      case THROUGH_LINK -> path + " goes through a link to /" + other;
      case OTHER_OWNER -> path + " belongs to " + other + ", whose numeric ids differ here";
      case UNKNOWN_RECORD -> path + " has the PAX record " + other + ", which is unknown";
      case REFUSED_ATTRIBUTE ->
          path + " carries the attribute " + other + ", which some engines refuse";
      case UNLISTED_DIRECTORY -> "it does not list the directory " + path;
      case DIRECTORY_IS_LINK -> path + " is a link to /" + other + " in the layers below";
      case HARD_LINK_MODE -> path + " is a hard link whose mode is not its target's";
      case HARD_LINK_OWNER -> path + " is a hard link whose owner is not its target's";
      case SPECIAL_FILE -> path + " is a device or a pipe";
      case STAYS_WITH_OTHER -> path + " is kept from " + other;
      case ALREADY_THERE -> "/" + path + " exists already and is kept";
      case CHANGED_FILE_STAYS ->
          "/" + path + " was changed and is kept, with the package's file beside it";
      case TAKEN_OVER ->
          "/"
              + path
              + (other.isEmpty()
                  ? " belongs to no package in the end"
                  : " is taken over by " + other);
    };
  }
}
