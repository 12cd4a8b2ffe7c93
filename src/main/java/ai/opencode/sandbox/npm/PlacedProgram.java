package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.ResolutionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of a package that its installation script replaces by a program of another package, which
 * {@link KnownInstallScript} describes. npm's script makes a hard link or a copy; here it is a
 * symbolic link, because the two packages may be in different layers.
 *
 * @param owner the package with the script
 * @param file the replaced file's path in it
 * @param carrier the package with the program
 * @param program the program's path in that
 */
public record PlacedProgram(
    LockedNpmPackage owner, String file, LockedNpmPackage carrier, String program) {

  /**
   * Returns the programs of a tree.
   *
   * @param selected the packages for the platform
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
            + ": "
            + owner.id()
            + " has its program for "
            + platform
            + " in the package "
            + wanted
            + ", which is not in the lock. Registries lack it for some versions. Use a version for"
            + " which the registry has it, and create the lock again with npm install"
            + " --package-lock-only.");
  }

  /** Returns the link's place, relative to the directory that contains {@code node_modules}. */
  public String path() {
    return owner.installPath() + "/" + file;
  }

  /** Returns the link's text, relative to its directory. */
  String target() {
    Path link = Path.of(path());
    Path directory = link.resolveSibling("");
    return directory.relativize(Path.of(carrier.installPath() + "/" + program)).toString();
  }
}
