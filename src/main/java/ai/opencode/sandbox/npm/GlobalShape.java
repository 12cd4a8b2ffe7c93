package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Requirements;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The shape of a global installation, for a lock of any shape. Only the requested packages and
 * their peers are at the top level; each has its dependencies below itself, as after {@code npm
 * install --global}. {@code npm list --global} and commands thereby show what the project requests.
 *
 * <p>In the new tree Node.js finds the same package for each name as in the lock's tree. A package
 * that several requested ones need is there several times.
 */
final class GlobalShape {

  private static final int MAX_PACKAGES = 20_000;

  /** A dependency that Node.js finds at a place. */
  private record Found(InstallPath from, InstallPath place) {}

  private record Placed(InstallPath place, LockedNpmPackage original) {}

  private final NpmLock lock;
  private final Map<InstallPath, LockedNpmPackage> placed = new TreeMap<>();
  private final Map<String, List<Found>> foundByName = new HashMap<>();
  private final Map<InstallPath, List<LockedNpmPackage>> bundled = new HashMap<>();
  private final Deque<Placed> open = new ArrayDeque<>();

  private GlobalShape(NpmLock lock) {
    this.lock = lock;
    for (LockedNpmPackage each : lock.packages()) {
      if (each.has(Trait.BUNDLED)) {
        bundled
            .computeIfAbsent(lock.carrier(each).installPath(), path -> new ArrayList<>())
            .add(each);
      }
    }
  }

  /**
   * Returns a lock with the packages at their places in a global installation; the same lock if
   * they are there already.
   *
   * @param selected the packages of a lock that are for a platform
   * @throws ResolutionException if the tree would be too large
   */
  static NpmLock of(NpmLock selected) {
    boolean isShallow =
        selected.packages().stream()
            .filter(each -> each.installPath().isTop())
            .allMatch(
                each ->
                    each.has(Trait.PEER)
                        || selected.dependencies().containsKey(each.installPath().name()));
    return isShallow ? selected : new GlobalShape(selected).shaped();
  }

  private NpmLock shaped() {
    placeTop();
    for (Placed next = open.poll(); next != null; next = open.poll()) {
      placeDependencies(next);
    }
    List<LockedNpmPackage> packages = new ArrayList<>();
    placed.forEach((place, original) -> packages.add(original.at(place)));
    return lock.withPackages(packages);
  }

  private void placeTop() {
    Deque<LockedNpmPackage> top = new ArrayDeque<>(lock.topLevelPackages());
    for (LockedNpmPackage next = top.poll(); next != null; next = top.poll()) {
      if (placed.containsKey(next.installPath())) {
        continue;
      }
      place(next.installPath(), next);
      Requirements requirements = next.requirements();
      for (String peer : requirements.peers()) {
        if (requirements.required().contains(peer)) {
          lock.resolve(next.installPath(), peer)
              .filter(found -> found.installPath().isTop())
              .ifPresent(top::add);
        }
      }
    }
  }

  private void placeDependencies(Placed from) {
    Requirements requirements = from.original.requirements();
    TreeSet<String> names = new TreeSet<>(requirements.required());
    names.addAll(requirements.optional());
    names.addAll(requirements.peers());
    for (String name : names) {
      LockedNpmPackage wanted = lock.resolve(from.original.installPath(), name).orElse(null);
      if (wanted == null) {
        continue;
      }
      InstallPath found = found(from.place, name).orElse(null);
      boolean onlyIfPresent =
          !requirements.required().contains(name) && !requirements.optional().contains(name);
      if (found == null && onlyIfPresent) {
        continue;
      }
      if (found == null || !wanted.equals(placed.get(found))) {
        found = freePlace(from.place, name);
        place(found, wanted);
      }
      foundByName
          .computeIfAbsent(name, each -> new ArrayList<>())
          .add(new Found(from.place, found));
    }
  }

  private void place(InstallPath place, LockedNpmPackage original) {
    placed.put(place, original);
    open.add(new Placed(place, original));
    for (LockedNpmPackage each : bundled.getOrDefault(original.installPath(), List.of())) {
      InstallPath inside = each.installPath().in(original.installPath()).below(place);
      placed.put(inside, each);
      open.add(new Placed(inside, each));
    }
    if (placed.size() > MAX_PACKAGES) {
      throw new ResolutionException(
          lock.source()
              + ": a global installation would have more than "
              + MAX_PACKAGES
              + " packages, because each requested package has its own copies of its dependencies."
              + " Install the project in a directory of the image, such as /opt/app.");
    }
  }

  /** Returns the place at which Node.js finds a name. */
  private Optional<InstallPath> found(InstallPath from, String name) {
    for (InstallPath place = from; place != null; place = place.container()) {
      InstallPath candidate = place.child(name);
      if (placed.containsKey(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.of(InstallPath.top(name)).filter(placed::containsKey);
  }

  /**
   * Returns the highest place below a top-level package at which a package finds a name and hides
   * nothing that another one has found.
   */
  private InstallPath freePlace(InstallPath from, String name) {
    InstallPath best = from.child(name);
    for (InstallPath container = from; container != null; container = container.container()) {
      InstallPath candidate = container.child(name);
      if (placed.containsKey(candidate)) {
        break;
      }
      if (!hides(container, name)) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean hides(InstallPath container, String name) {
    return foundByName.getOrDefault(name, List.of()).stream()
        .anyMatch(each -> each.from.isIn(container) && !each.place.isIn(container));
  }
}
