package ai.opencode.sandbox.npm;

import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** An entry of a lock that needs nothing and runs everywhere. */
public final class ALockedNpmPackage {

  private ALockedNpmPackage() {}

  /**
   * @param installPath {@code node_modules/NAME}
   */
  public static LockedNpmPackage of(String installPath, String version, Integrity integrity) {
    return new LockedNpmPackage(
        installPath,
        installPath.substring(installPath.lastIndexOf("node_modules/") + "node_modules/".length()),
        version,
        integrity,
        new TreeMap<>(),
        new LockedNpmPackage.Requirements(
            new TreeSet<>(), new TreeSet<>(), PlatformConstraint.ANYWHERE),
        Set.of());
  }
}
