package ai.opencode.sandbox.install;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The first few obstacles of a package. One decides; a few more explain the decision. */
final class Obstacles {

  private static final int MOST = 5;

  private final Set<Obstacle> list = new LinkedHashSet<>();

  void add(Obstacle.Kind kind, String path) {
    add(new Obstacle.AtPath(kind, path));
  }

  void add(Obstacle obstacle) {
    if (list.size() < MOST) {
      list.add(obstacle);
    }
  }

  List<Obstacle> list() {
    return List.copyOf(list);
  }
}
