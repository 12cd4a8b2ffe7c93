package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.stability.Api;
import java.util.List;

/** A reason why a package is not stored verbatim. */
@Api
public sealed interface Reason {

  /** A result for each type; without one for a new type nothing compiles. */
  interface Cases<T> {

    T of(Hindered reason);

    T of(TooSmall reason);

    T of(TooMany reason);
  }

  /** Returns the result of the case that is this reason's. */
  <T> T in(Cases<T> cases);

  /**
   * Extracting the data segment would differ from installing the package.
   *
   * @param obstacles the first few obstacles, at least one
   */
  record Hindered(List<Obstacle> obstacles) implements Reason {

    public Hindered {
      obstacles = List.copyOf(obstacles);
    }

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * The package is too small for a layer of its own to save more than it costs a pull.
   *
   * @param bytes compressed size of its data segment
   * @param entries number of entries in its data segment
   */
  record TooSmall(long bytes, int entries) implements Reason {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }

  /**
   * The maximum number of verbatim layers is used up by larger packages.
   *
   * @param larger number of those packages
   */
  record TooMany(int larger) implements Reason {

    @Override
    public <T> T in(Cases<T> cases) {
      return cases.of(this);
    }
  }
}
