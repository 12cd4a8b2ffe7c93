package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A package with the final path of each of its entries.
 *
 * @param entries all entries of the package, in its order
 * @param obstacles reasons why it cannot be stored verbatim; empty if it can
 */
public record PlacedPackage(
    FetchedPackage apk, List<PlacedEntry> entries, List<Obstacle> obstacles) {

  public PlacedPackage {
    entries = List.copyOf(entries);
    obstacles = List.copyOf(obstacles);
    if (!entries.stream().map(PlacedEntry::listed).toList().equals(apk.entries())) {
      throw new IllegalArgumentException(
          apk.pkg().label() + ": the placed entries are not the package's");
    }
  }

  public PackageId id() {
    return apk.pkg().id();
  }

  /**
   * Returns whether an entry is still this package's in the finished root. An existing directory
   * always is, because packages share directories.
   */
  public boolean owns(PlacedEntry entry, Root finished) {
    Node node = entry.path() == null ? null : finished.get(entry.path());
    return node != null && (node.isDirectory() || id().equals(node.owner()));
  }

  /**
   * Returns this package, with an obstacle for the first of its files that a later package has
   * taken over: stored verbatim, this package's layer would bring that file back.
   */
  PlacedPackage in(Root finished) {
    for (PlacedEntry each : entries) {
      String path = each.path();
      if (path != null && !owns(each, finished)) {
        Node node = finished.get(path);
        PackageId owner = node == null ? null : node.owner();
        List<Obstacle> more = new ArrayList<>(obstacles);
        more.add(new Obstacle.TakenOver(path, Optional.ofNullable(owner)));
        return new PlacedPackage(apk, entries, more);
      }
    }
    return this;
  }
}
