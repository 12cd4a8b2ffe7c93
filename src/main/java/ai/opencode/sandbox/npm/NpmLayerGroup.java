package ai.opencode.sandbox.npm;

import java.util.List;

/**
 * Packages that go into one layer, so that a new version of one tool changes one layer.
 *
 * @param name the package that the project asked for, or {@link #SHARED}
 * @param packages those with a tarball of their own, sorted by install path
 */
public record NpmLayerGroup(String name, List<LockedNpmPackage> packages) {

  /** The group of what several top-level packages need; no package can have this name. */
  public static final String SHARED = "shared dependencies";

  public NpmLayerGroup {
    packages = List.copyOf(packages);
  }

  /** What a history entry may call the layer: {@code typescript@5.9.3}. */
  public String title() {
    return packages.stream()
        .filter(each -> each.installPath().equals(InstallPath.FOLDER + name))
        .map(LockedNpmPackage::id)
        .findFirst()
        .orElse(name);
  }
}
