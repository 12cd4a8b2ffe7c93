package ai.opencode.sandbox.install;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which packages list a folder: apk takes an empty one away with the last of them. */
final class ListedFolders {

  private final Map<String, Set<String>> packages = new HashMap<>();

  void add(String folder, String packageName) {
    packages.computeIfAbsent(folder, key -> new HashSet<>()).add(packageName);
  }

  boolean isListed(String folder) {
    return packages.containsKey(folder);
  }

  /** Forgets a package, and says which folders nobody lists then. */
  Set<String> remove(String packageName) {
    Set<String> unlisted = new HashSet<>();
    packages.forEach(
        (folder, names) -> {
          if (names.remove(packageName) && names.isEmpty()) {
            unlisted.add(folder);
          }
        });
    packages.keySet().removeAll(unlisted);
    return unlisted;
  }
}
