package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.RootView;
import java.util.ArrayList;
import java.util.List;
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
    List<Obstacle> obstacles) {

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

  /**
   * The package as it is in the finished root: a file that a later package has taken over would
   * come back in a layer above, so the package cannot be stored verbatim.
   */
  public PlacedPackage in(RootView finished) {
    for (Placement placement : placements) {
      String path = placement.path();
      Node node = path == null ? null : finished.get(path);
      if (path != null && (node == null || !(node.isDirectory() || name().equals(node.owner())))) {
        List<Obstacle> more = new ArrayList<>(obstacles);
        String owner = node == null ? null : node.owner();
        more.add(new Obstacle(Obstacle.Kind.TAKEN_OVER, path, owner == null ? "" : owner));
        return new PlacedPackage(apk, placements, record, more);
      }
    }
    return this;
  }
}
