package ai.opencode.sandbox.npm;

import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Entries of a lock without dependencies, for every platform. */
public final class ALockedNpmPackage {

  private ALockedNpmPackage() {}

  /**
   * Returns a package.
   *
   * @param installPath {@code node_modules/NAME}
   */
  public static LockedNpmPackage of(String installPath, String version, Integrity integrity) {
    return made(installPath, version, new LockedNpmPackage.Tarball(integrity));
  }

  /** Returns a package that is bundled in another one's tarball. */
  public static LockedNpmPackage bundled(String installPath, String version) {
    return made(installPath, version, new LockedNpmPackage.Bundled());
  }

  private static LockedNpmPackage made(
      String installPath, String version, LockedNpmPackage.Carrier carrier) {
    InstallPath place = InstallPath.parse(installPath, "a test");
    return new LockedNpmPackage(
        place,
        new LockedNpmPackage.Published(place.name(), version, carrier, null),
        new TreeMap<>(),
        new LockedNpmPackage.Requirements(
            new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), PlatformConstraint.ANYWHERE),
        Set.of());
  }
}
