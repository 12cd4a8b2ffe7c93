package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A package with the places that its entries get.
 *
 * @param placements one for each entry of the package, in its order
 * @param record what the installed database says of it
 * @param obstacles why its data segment cannot be a layer as it stands; empty where it can
 */
public record PlacedPackage(
    FetchedPackage apk,
    List<Placement> placements,
    InstalledPackage record,
    List<String> obstacles) {

  /**
   * Where an entry goes.
   *
   * @param path in the finished root; null for an entry that apk leaves out
   */
  public record Placement(@Nullable String path, long uid, long gid) {

    static final Placement NONE = new Placement(null, 0, 0);
  }

  public PlacedPackage {
    placements = List.copyOf(placements);
    obstacles = List.copyOf(obstacles);
  }

  public String name() {
    return apk.pkg().name();
  }

  public Optional<String> firstObstacle() {
    return obstacles.stream().findFirst();
  }

  public PlacedPackage withObstacle(String obstacle) {
    List<String> more = new java.util.ArrayList<>(obstacles);
    more.add(obstacle);
    return new PlacedPackage(apk, placements, record, more);
  }
}
