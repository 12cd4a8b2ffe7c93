package ai.opencode.sandbox.inspect.content;

import java.util.ArrayList;
import java.util.List;

/**
 * A collector for the flaws of one of several layers that are read concurrently. Passing them on
 * later keeps their order fixed.
 */
final class FlawList implements Flaws {

  private record Flaw(String id, String where, String message) {}

  private final List<Flaw> flaws = new ArrayList<>();

  @Override
  public void add(String id, String where, String message) {
    flaws.add(new Flaw(id, where, message));
  }

  void replay(Flaws to) {
    flaws.forEach(flaw -> to.add(flaw.id, flaw.where, flaw.message));
  }
}
