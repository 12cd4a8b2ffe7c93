package ai.opencode.sandbox.npm;

import java.util.List;
import java.util.Optional;

/**
 * The packages of one layer, grouped so that a new version of one tool changes one layer.
 *
 * @param root the package that the project requests; empty for the group of packages that several
 *     requested packages need
 * @param packages those with a tarball of their own, sorted by install path
 */
public record NpmLayerGroup(Optional<LockedNpmPackage> root, List<LockedNpmPackage> packages) {

  private static final String SHARED = "shared dependencies";

  public NpmLayerGroup {
    packages = List.copyOf(packages);
  }

  /** Returns the name that the project requests, or {@code shared dependencies}. */
  public String name() {
    return root.map(each -> each.installPath().name()).orElse(SHARED);
  }

  /** Returns the layer's title in the image's history: {@code typescript@5.9.3}. */
  public String title() {
    return root.map(LockedNpmPackage::id).orElse(SHARED);
  }
}
