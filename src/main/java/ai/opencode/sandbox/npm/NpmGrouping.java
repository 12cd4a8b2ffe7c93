package ai.opencode.sandbox.npm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The division of a tree into groups: one for each package that the project requests, and one for
 * packages that several of them need. A project that requests many packages has fewer groups, with
 * several requested packages in each, because an image can have only so many layers.
 */
final class NpmGrouping {

  /** Each layer prolongs every pull, and Docker allows 125 layers in an image. */
  private static final int MAX_GROUPS = 16;

  private NpmGrouping() {}

  static List<NpmLayerGroup> of(NpmLock selected) {
    // In the order of their names, as the project's requests are.
    List<LockedNpmPackage> roots = selected.topLevelPackages();
    Map<InstallPath, Integer> groupOf = new HashMap<>();
    SortedMap<Integer, List<LockedNpmPackage>> requested = new TreeMap<>();
    for (LockedNpmPackage root : roots) {
      int number = group(root.installPath(), groupOf.size(), roots.size());
      groupOf.put(root.installPath(), number);
      members(requested, number).add(root);
    }
    Map<InstallPath, Set<Integer>> reachedFrom = new HashMap<>();
    requested.forEach((number, named) -> reach(selected, number, named, groupOf, reachedFrom));
    Map<Integer, List<LockedNpmPackage>> members = new HashMap<>();
    List<LockedNpmPackage> shared = new ArrayList<>();
    for (LockedNpmPackage each : selected.packages()) {
      if (each.isBundled()) {
        continue;
      }
      Set<Integer> from = reachedFrom.getOrDefault(each.installPath(), Set.of());
      if (from.size() == 1) {
        members(members, from.iterator().next()).add(each);
      } else {
        shared.add(each);
      }
    }
    List<NpmLayerGroup> groups = new ArrayList<>();
    if (!shared.isEmpty()) {
      groups.add(NpmLayerGroup.shared(shared));
    }
    requested.forEach(
        (number, named) -> groups.add(NpmLayerGroup.of(named, members(members, number))));
    return List.copyOf(groups);
  }

  /**
   * Returns the group of a requested package. In a large project it depends on the package's name
   * alone, so that another request does not move it.
   */
  private static int group(InstallPath root, int index, int roots) {
    return roots <= MAX_GROUPS ? index : Math.floorMod(root.name().hashCode(), MAX_GROUPS);
  }

  private static List<LockedNpmPackage> members(
      Map<Integer, List<LockedNpmPackage>> groups, int number) {
    return groups.computeIfAbsent(number, each -> new ArrayList<>());
  }

  /**
   * Marks the packages that the requested packages of a group depend on, without those behind a
   * requested package of another group.
   */
  private static void reach(
      NpmLock selected,
      int number,
      List<LockedNpmPackage> requested,
      Map<InstallPath, Integer> groupOf,
      Map<InstallPath, Set<Integer>> reachedFrom) {
    Deque<LockedNpmPackage> open = new ArrayDeque<>(requested);
    for (LockedNpmPackage next = open.poll(); next != null; next = open.poll()) {
      InstallPath path = next.installPath();
      if (groupOf.getOrDefault(path, number) == number
          && reachedFrom.computeIfAbsent(path, each -> new HashSet<>()).add(number)) {
        open.addAll(selected.dependenciesOf(next));
      }
    }
  }
}
