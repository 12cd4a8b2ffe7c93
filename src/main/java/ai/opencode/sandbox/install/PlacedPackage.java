package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.List;

/**
 * A package with the places that its entries get.
 *
 * @param entries all entries of the package, in its order
 * @param record its part of the installed database
 * @param obstacles why its data segment cannot be a layer as it stands; empty where it can
 */
public record PlacedPackage(
    FetchedPackage apk,
    List<PlacedEntry> entries,
    InstalledPackage record,
    List<Obstacle> obstacles) {

  public PlacedPackage {
    entries = List.copyOf(entries);
    obstacles = List.copyOf(obstacles);
  }

  public String name() {
    return apk.pkg().name();
  }

  /** Whether the package still has a place in the end: a later one may have taken it over. */
  public boolean owns(PlacedEntry entry, Root finished) {
    Node node = entry.path() == null ? null : finished.get(entry.path());
    return node != null && (node.isDirectory() || name().equals(node.owner()));
  }

  /**
   * The package as it is in the finished root: a file that a later package has taken over would
   * come back in a layer above, so the package cannot be stored verbatim.
   */
  PlacedPackage in(Root finished) {
    for (PlacedEntry each : entries) {
      String path = each.path();
      if (path != null && !owns(each, finished)) {
        Node node = finished.get(path);
        String owner = node == null ? null : node.owner();
        List<Obstacle> more = new ArrayList<>(obstacles);
        more.add(new Obstacle(Obstacle.Kind.TAKEN_OVER, path, owner == null ? "" : owner));
        return new PlacedPackage(apk, entries, record, more);
      }
    }
    return this;
  }
}
