package ai.opencode.sandbox.install;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The packages that list each directory. apk removes an empty directory with the last of them. */
final class ListedDirectories {

  private final Map<String, Set<String>> packages = new HashMap<>();

  void add(String directory, String packageName) {
    packages.computeIfAbsent(directory, key -> new HashSet<>()).add(packageName);
  }

  boolean isListed(String directory) {
    return packages.containsKey(directory);
  }

  /** Forgets a package and returns the directories that no package lists any more. */
  Set<String> remove(String packageName) {
    Set<String> unlisted = new HashSet<>();
    packages.forEach(
        (directory, names) -> {
          if (names.remove(packageName) && names.isEmpty()) {
            unlisted.add(directory);
          }
        });
    packages.keySet().removeAll(unlisted);
    return unlisted;
  }
}
