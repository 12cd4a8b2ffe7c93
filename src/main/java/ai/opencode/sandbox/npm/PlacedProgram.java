package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.ResolutionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A symbolic link in an npm package to a program in another package. It has the effect of the
 * package's installation script ({@link KnownInstallScript}), which is not run. The script would
 * make a hard link or a copy; a symbolic link also works if the packages are in different layers.
 *
 * @param owner the package with the script
 * @param file the path, in {@code owner}, of the file that the link replaces
 * @param carrier the package with the program
 * @param program the path of the program in {@code carrier}
 */
public record PlacedProgram(
    LockedNpmPackage owner, String file, LockedNpmPackage carrier, String program) {

  /**
   * Returns the links of all packages of a lock.
   *
   * @param selected the packages of the lock that are for the platform
   * @throws ResolutionException if the lock has no package with the program for the platform
   */
  public static List<PlacedProgram> of(NpmLock selected, NpmPlatform platform) {
    List<PlacedProgram> placed = new ArrayList<>();
    for (LockedNpmPackage owner : selected.packages()) {
      KnownInstallScript script = KnownInstallScript.of(owner).orElse(null);
      if (script != null) {
        String name =
            script
                .carrier(
                    owner,
                    platform,
                    each -> selected.resolve(owner.installPath(), each).isPresent())
                .orElseThrow(() -> missing(selected, owner, script, platform));
        LockedNpmPackage carrier = selected.resolve(owner.installPath(), name).orElseThrow();
        for (String file : script.files()) {
          placed.add(new PlacedProgram(owner, file, carrier, script.program()));
        }
      }
    }
    return placed;
  }

  private static ResolutionException missing(
      NpmLock selected, LockedNpmPackage owner, KnownInstallScript script, NpmPlatform platform) {
    String wanted = script.offered(owner, platform).findFirst().orElse("one");
    return new ResolutionException(
        selected.source()
            + " lacks the package "
            + wanted
            + ", which contains the program of "
            + owner.id()
            + " for "
            + platform
            + ". Choose a version of "
            + owner.name()
            + " for which the registry has that package, and create the lock again with npm install"
            + " --package-lock-only.");
  }

  /** Returns the link's path, relative to the directory that contains {@code node_modules}. */
  public String path() {
    return owner.installPath() + "/" + file;
  }

  /** Returns the path that the link points to, relative to the directory of the link. */
  String target() {
    Path link = Path.of(path());
    Path directory = link.resolveSibling("");
    return directory.relativize(Path.of(carrier.installPath() + "/" + program)).toString();
  }
}
