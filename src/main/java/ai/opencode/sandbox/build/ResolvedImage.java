package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Resolution;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The packages that an image adds to those of its base or parent.
 *
 * @param packages the added packages in install order
 * @param removed the names of packages of the base or parent that the image removes
 * @param installed all packages of the image; empty if a lock named the added ones, because a lock
 *     does not have their dependencies
 */
record ResolvedImage(
    List<ResolvedPackage> packages, List<String> removed, Optional<InstalledSet> installed) {

  /**
   * The installed packages of a root as the solver needs them, with their dependencies and the
   * requested packages.
   */
  record InstalledSet(InstalledDatabase database, World world) {

    List<ApkPackage> packages() {
      return database.packages().stream().map(InstalledPackage::pkg).toList();
    }

    /** Returns the packages that are installed after a transaction. */
    InstalledSet after(Resolution resolution, World newWorld) {
      List<InstalledPackage> kept =
          database.packages().stream()
              .filter(each -> !resolution.removed().contains(each.pkg()))
              .toList();
      List<InstalledPackage> added =
          resolution.added().stream()
              .map(each -> new InstalledPackage(each.pkg(), List.of()))
              .toList();
      return new InstalledSet(new InstalledDatabase(kept).with(added), newWorld);
    }
  }

  ResolvedImage {
    packages = List.copyOf(packages);
    removed = List.copyOf(removed);
  }

  /** Returns the packages that a lock names for an image. */
  static ResolvedImage locked(LockedImage image, Platform platform) {
    return new ResolvedImage(
        image.packages().stream()
            .<ResolvedPackage>map(each -> new ResolvedPackage.Named(each, location(each, platform)))
            .toList(),
        image.removed(),
        Optional.empty());
  }

  private static PackageLocation location(LockedPackage locked, Platform platform) {
    return new PackageLocation(
        locked.name(),
        locked.version(),
        locked.repository(),
        platform.apkArchitecture(),
        locked.size(),
        locked.checksum());
  }

  /**
   * Returns the trusted source of the packages' checksums. Only the solver records the resulting
   * set of installed packages.
   */
  ImageContents.Proof proof() {
    return installed.isPresent() ? ImageContents.Proof.SIGNED_INDEX : ImageContents.Proof.LOCK;
  }

  Stream<PackageLocation> locations() {
    return packages.stream().map(ResolvedPackage::location);
  }
}
