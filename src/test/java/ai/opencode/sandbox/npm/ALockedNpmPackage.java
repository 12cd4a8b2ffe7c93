package ai.opencode.sandbox.npm;

import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Entries of a lock without dependencies, for every platform. */
public final class ALockedNpmPackage {

  private ALockedNpmPackage() {}

  /**
   * Returns a package.
   *
   * @param installPath {@code node_modules/NAME}
   */
  public static LockedNpmPackage of(String installPath, String version, Integrity integrity) {
    return made(installPath, version, integrity, Set.of());
  }

  /** Returns a package that is bundled in another one's tarball. */
  public static LockedNpmPackage bundled(String installPath, String version) {
    return made(installPath, version, null, Set.of(LockedNpmPackage.Trait.BUNDLED));
  }

  private static LockedNpmPackage made(
      String installPath,
      String version,
      @Nullable Integrity integrity,
      Set<LockedNpmPackage.Trait> traits) {
    InstallPath place = InstallPath.parse(installPath, "a test");
    return new LockedNpmPackage(
        place,
        new LockedNpmPackage.Published(place.name(), version, integrity, null),
        new TreeMap<>(),
        new LockedNpmPackage.Requirements(
            new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), PlatformConstraint.ANYWHERE),
        traits);
  }
}
