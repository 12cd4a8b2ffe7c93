package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The division of a tree into groups: one for each package that the project requests, and one for
 * packages that several of them need.
 */
final class NpmGrouping {

  private NpmGrouping() {}

  static List<NpmLayerGroup> of(NpmLock selected) {
    Map<String, LockedNpmPackage> roots = new TreeMap<>();
    Map<String, List<LockedNpmPackage>> members = new HashMap<>();
    Map<String, Set<String>> reachedFrom = new TreeMap<>();
    Set<String> top = new HashSet<>();
    selected.topLevelPackages().forEach(each -> top.add(each.installPath()));
    for (LockedNpmPackage root : selected.topLevelPackages()) {
      roots.put(InstallPath.lastName(root.installPath()), root);
      members.put(InstallPath.lastName(root.installPath()), new ArrayList<>());
      reach(selected, root, top, reachedFrom);
    }
    List<LockedNpmPackage> shared = new ArrayList<>();
    for (LockedNpmPackage each : selected.packages()) {
      if (each.has(Trait.BUNDLED)) {
        continue;
      }
      Set<String> from = reachedFrom.getOrDefault(each.installPath(), Set.of());
      if (from.size() == 1) {
        members.getOrDefault(from.iterator().next(), shared).add(each);
      } else {
        shared.add(each);
      }
    }
    List<NpmLayerGroup> groups = new ArrayList<>();
    if (!shared.isEmpty()) {
      groups.add(new NpmLayerGroup(Optional.empty(), shared));
    }
    roots.forEach(
        (name, root) ->
            groups.add(
                new NpmLayerGroup(Optional.of(root), members.getOrDefault(name, List.of()))));
    return List.copyOf(groups);
  }

  /**
   * Marks the packages that a top-level package depends on, without those behind another top-level
   * package.
   */
  private static void reach(
      NpmLock selected,
      LockedNpmPackage root,
      Set<String> top,
      Map<String, Set<String>> reachedFrom) {
    Deque<LockedNpmPackage> open = new ArrayDeque<>(List.of(root));
    Set<String> seen = new HashSet<>();
    for (LockedNpmPackage next = open.poll(); next != null; next = open.poll()) {
      if (!seen.add(next.installPath())
          || (!next.equals(root) && top.contains(next.installPath()))) {
        continue;
      }
      reachedFrom
          .computeIfAbsent(next.installPath(), path -> new TreeSet<>())
          .add(InstallPath.lastName(root.installPath()));
      open.addAll(selected.dependenciesOf(next));
    }
  }
}
