package ai.opencode.sandbox.publish;

import java.util.List;

/** A kind of target that nothing outside this file knows. */
public record ATapeTarget(boolean takesFinishedImages) implements Target {

  @Override
  public boolean leavesThisMachine() {
    return true;
  }

  @Override
  public List<String> next(Delivery delivery, String program) {
    return List.of(program + " rewind " + delivery.place());
  }

  @Override
  public void requireReachable(PlannedImages planned, TargetAccess access) {}

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) {
    return List.of();
  }

  @Override
  public String toString() {
    return "tape:1";
  }
}
