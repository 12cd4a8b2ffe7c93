package ai.opencode.sandbox.npm;

import java.util.List;

/**
 * The packages of one layer, grouped so that a new version of one tool changes one layer.
 *
 * @param name the package that the project requests, or {@link #SHARED}
 * @param packages those with a tarball of their own, sorted by install path
 */
public record NpmLayerGroup(String name, List<LockedNpmPackage> packages) {

  /**
   * The name of the group of packages that several top-level packages need; it is not a valid
   * package name.
   */
  public static final String SHARED = "shared dependencies";

  public NpmLayerGroup {
    packages = List.copyOf(packages);
  }

  /** Returns the layer's title in the image's history: {@code typescript@5.9.3}. */
  public String title() {
    return packages.stream()
        .filter(each -> each.installPath().equals(InstallPath.FOLDER + name))
        .map(LockedNpmPackage::id)
        .findFirst()
        .orElse(name);
  }
}
