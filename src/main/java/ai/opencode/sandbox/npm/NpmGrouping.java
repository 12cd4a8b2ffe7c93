package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The division of a tree into groups: one for each package that the project requests, and one for
 * packages that several of them need.
 */
final class NpmGrouping {

  private NpmGrouping() {}

  static List<NpmLayerGroup> of(NpmLock selected) {
    // In the order of their names, as the project's requests are.
    Map<InstallPath, LockedNpmPackage> roots = new LinkedHashMap<>();
    selected.topLevelPackages().forEach(each -> roots.put(each.installPath(), each));
    Map<InstallPath, Set<InstallPath>> reachedFrom = new HashMap<>();
    roots.values().forEach(root -> reach(selected, root, roots.keySet(), reachedFrom));
    Map<InstallPath, List<LockedNpmPackage>> members = new HashMap<>();
    List<LockedNpmPackage> shared = new ArrayList<>();
    for (LockedNpmPackage each : selected.packages()) {
      if (each.has(Trait.BUNDLED)) {
        continue;
      }
      Set<InstallPath> from = reachedFrom.getOrDefault(each.installPath(), Set.of());
      if (from.size() == 1) {
        members.computeIfAbsent(from.iterator().next(), root -> new ArrayList<>()).add(each);
      } else {
        shared.add(each);
      }
    }
    List<NpmLayerGroup> groups = new ArrayList<>();
    if (!shared.isEmpty()) {
      groups.add(new NpmLayerGroup(Optional.empty(), shared));
    }
    roots.forEach(
        (path, root) ->
            groups.add(
                new NpmLayerGroup(Optional.of(root), members.getOrDefault(path, List.of()))));
    return List.copyOf(groups);
  }

  /**
   * Marks the packages that a top-level package depends on, without those behind another top-level
   * package.
   */
  private static void reach(
      NpmLock selected,
      LockedNpmPackage root,
      Set<InstallPath> top,
      Map<InstallPath, Set<InstallPath>> reachedFrom) {
    Deque<LockedNpmPackage> open = new ArrayDeque<>(List.of(root));
    Set<InstallPath> seen = new HashSet<>();
    for (LockedNpmPackage next = open.poll(); next != null; next = open.poll()) {
      if (!seen.add(next.installPath())
          || (!next.equals(root) && top.contains(next.installPath()))) {
        continue;
      }
      reachedFrom
          .computeIfAbsent(next.installPath(), path -> new HashSet<>())
          .add(root.installPath());
      open.addAll(selected.dependenciesOf(next));
    }
  }
}
