package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.stability.Api;
import java.util.List;

/** Why a package is not stored verbatim. */
@Api
public sealed interface Reason {

  /**
   * Its data segment gives something else than its installation.
   *
   * @param obstacles the first few, at least one
   */
  record Hindered(List<Obstacle> obstacles) implements Reason {

    public Hindered {
      obstacles = List.copyOf(obstacles);
    }
  }

  /**
   * A layer of its own would cost a pull more than it saves.
   *
   * @param bytes of its data segment, compressed
   * @param entries in its data segment
   */
  record TooSmall(long bytes, int entries) implements Reason {}

  /**
   * As many larger packages have layers of their own as an image may have.
   *
   * @param larger their number
   */
  record TooMany(int larger) implements Reason {}
}
