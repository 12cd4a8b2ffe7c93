package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.Obstacle;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;

/**
 * The properties of a package that decide its layer.
 *
 * @param label name and version
 * @param data digest of the data segment
 * @param bytes compressed size of the data segment
 * @param entries number of entries in the data segment
 * @param obstacles to storing it verbatim; empty if there are none
 */
record PackageToPack(
    String name, String label, Digest data, long bytes, int entries, List<Obstacle> obstacles) {

  PackageToPack {
    obstacles = List.copyOf(obstacles);
  }

  static PackageToPack of(PlacedPackage placed) {
    return new PackageToPack(
        placed.name(),
        placed.apk().pkg().label(),
        placed.apk().data().digest(),
        placed.apk().data().size(),
        placed.apk().entries().size(),
        placed.obstacles());
  }
}
