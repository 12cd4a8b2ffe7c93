package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.PackageId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The packages that list each directory. apk removes an empty directory with the last of them. */
final class ListedDirectories {

  private final Map<String, Set<PackageId>> packages = new HashMap<>();

  void add(String directory, PackageId pkg) {
    packages.computeIfAbsent(directory, key -> new HashSet<>()).add(pkg);
  }

  boolean isListed(String directory) {
    return packages.containsKey(directory);
  }

  /** Forgets a package and returns the directories that no package lists any more. */
  Set<String> remove(PackageId pkg) {
    Set<String> unlisted = new HashSet<>();
    packages.forEach(
        (directory, listing) -> {
          if (listing.remove(pkg) && listing.isEmpty()) {
            unlisted.add(directory);
          }
        });
    packages.keySet().removeAll(unlisted);
    return unlisted;
  }
}
