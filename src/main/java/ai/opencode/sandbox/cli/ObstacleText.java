package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.install.Obstacle;

/** The text of an obstacle in {@code --explain}: a clause that follows the name of the package. */
final class ObstacleText implements Obstacle.Cases<String> {

  @Override
  public String of(Obstacle.NotUnpacked obstacle) {
    return "its size is 0, so apk does not unpack it";
  }

  @Override
  public String of(Obstacle.AtPath obstacle) {
    String path = obstacle.path();
    return switch (obstacle.kind()) {
      case LISTED_TWICE -> "it lists " + path + " twice";
      case LEFT_OUT -> "apk leaves out " + path + ", but an engine would unpack it";
      case UNLISTED_DIRECTORY -> "it does not list the directory " + path;
      case HARD_LINK_MODE -> path + " is a hard link whose mode is not its target's";
      case HARD_LINK_OWNER -> path + " is a hard link whose owner is not its target's";
      case SPECIAL_FILE -> path + " is a device or a pipe";
      case ALREADY_THERE -> "/" + path + " exists already and is not replaced";
      case CHANGED_FILE_STAYS ->
          "/" + path + " was changed and is kept, with the package's file beside it";
    };
  }

  @Override
  public String of(Obstacle.ThroughLink obstacle) {
    return obstacle.path() + " goes through a link to /" + obstacle.place();
  }

  @Override
  public String of(Obstacle.DirectoryIsLink obstacle) {
    return obstacle.path() + " is a link to /" + obstacle.place() + " in the layers below";
  }

  @Override
  public String of(Obstacle.OtherOwner obstacle) {
    return obstacle.path()
        + " belongs to "
        + obstacle.owner()
        + ", whose numeric ids differ in this image";
  }

  @Override
  public String of(Obstacle.UnknownRecord obstacle) {
    return obstacle.path() + " has the PAX record " + obstacle.name() + ", which is unknown";
  }

  @Override
  public String of(Obstacle.RefusedAttribute obstacle) {
    return obstacle.path()
        + " carries the attribute "
        + obstacle.name()
        + ", which some engines refuse";
  }

  @Override
  public String of(Obstacle.StaysWithOther obstacle) {
    return obstacle.path() + " remains a file of " + obstacle.keeper();
  }

  @Override
  public String of(Obstacle.TakenOver obstacle) {
    return "/"
        + obstacle.path()
        + obstacle
            .by()
            .map(later -> " is taken over by " + later)
            .orElse(" belongs to no package after the installation");
  }
}
