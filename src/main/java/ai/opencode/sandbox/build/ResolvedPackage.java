package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;

/** A package to install, chosen by the solver or named by a lock. */
sealed interface ResolvedPackage {

  /** Returns the place to fetch the package from, and its checksum. */
  PackageLocation location();

  /** Returns the reason why the package is part of the image. */
  LockedPackage.Cause cause();

  /**
   * A package that the solver chose.
   *
   * @param listed the package as the signed index describes it
   */
  record Solved(ApkPackage listed, PackageLocation location, LockedPackage.Cause cause)
      implements ResolvedPackage {

    /**
     * Describes a package of an index.
     *
     * @param repository the address or directory of the repository with that index
     */
    static Solved of(
        ApkPackage listed,
        RepositoryLocation repository,
        Platform platform,
        LockedPackage.Cause cause) {
      PackageLocation location =
          new PackageLocation(
              listed.name(),
              listed.version(),
              repository,
              platform.apkArchitecture(),
              listed.size(),
              listed.checksum());
      return new Solved(listed, location, cause);
    }
  }

  /**
   * A package that a lock names.
   *
   * @param entry the lock's entry for the package
   */
  record Named(LockedPackage entry, PackageLocation location) implements ResolvedPackage {

    static Named of(LockedPackage entry, Platform platform) {
      PackageLocation location =
          new PackageLocation(
              entry.name(),
              entry.version(),
              entry.repository(),
              platform.apkArchitecture(),
              entry.size(),
              entry.checksum());
      return new Named(entry, location);
    }

    @Override
    public LockedPackage.Cause cause() {
      return entry.cause();
    }
  }
}
