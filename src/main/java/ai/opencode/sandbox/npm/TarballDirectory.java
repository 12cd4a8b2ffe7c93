package ai.opencode.sandbox.npm;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A directory in a package's tarball, for the check that the tarball contains only packages of the
 * lock. It is the directory of the package or of a bundled package, a {@code node_modules}, or a
 * scope in one. The object has only subdirectories of these kinds, and no files.
 */
final class TarballDirectory {

  private final Map<String, TarballDirectory> directories = new HashMap<>();
  private boolean isPackage;

  private TarballDirectory() {}

  /**
   * Returns the directory of a tarball's own package.
   *
   * @param bundled the places of the packages bundled in it, from that directory
   */
  static TarballDirectory with(Collection<InstallPath> bundled) {
    TarballDirectory root = new TarballDirectory();
    root.isPackage = true;
    bundled.forEach(root::add);
    return root;
  }

  private TarballDirectory add(InstallPath place) {
    InstallPath container = place.container();
    TarballDirectory found = (container == null ? this : add(container)).in(InstallPath.MODULES);
    for (String part : place.nameParts()) {
      found = found.in(part);
    }
    found.isPackage = true;
    return found;
  }

  private TarballDirectory in(String name) {
    return directories.computeIfAbsent(name, each -> new TarballDirectory());
  }

  /** Returns whether an entry of the tarball belongs to one of the packages, or is above them. */
  boolean allows(String path) {
    TarballDirectory at = this;
    for (String name : path.split("/", -1)) {
      TarballDirectory next = at.directories.get(name);
      if (next == null) {
        return at.isPackage && !name.equals(InstallPath.MODULES);
      }
      at = next;
    }
    return true;
  }
}
