package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Requirements;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tree that a global installation makes of a lock's packages, for any tree in the lock. Only
 * the requested packages are at the top level; each has its dependencies and peers below itself, as
 * after {@code npm install --global}. So {@code npm list --global} shows only the packages that the
 * project requests, and only they have commands.
 *
 * <p>In the new tree Node.js finds the same package for each name as in the lock's tree. A package
 * that several requested ones need is there several times.
 */
final class GlobalShape {

  private static final int MAX_PACKAGES = 20_000;

  private record Placed(InstallPath place, LockedNpmPackage original) {}

  private final NpmLock lock;
  private final Map<InstallPath, LockedNpmPackage> placed = new TreeMap<>();

  /** The places at which a package would hide another one that a dependent has found. */
  private final Set<InstallPath> keptFree = new HashSet<>();

  private final BundledPackages bundled;
  private final Deque<Placed> open = new ArrayDeque<>();

  private GlobalShape(NpmLock lock) {
    this.lock = lock;
    this.bundled = new BundledPackages(lock);
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
            .allMatch(each -> selected.dependencies().containsKey(each.installPath().name()));
    return isShallow ? selected : new GlobalShape(selected).shaped();
  }

  private NpmLock shaped() {
    lock.topLevelPackages().forEach(each -> place(each.installPath(), each));
    for (Placed next = open.poll(); next != null; next = open.poll()) {
      placeDependencies(next);
    }
    List<LockedNpmPackage> packages = new ArrayList<>();
    placed.forEach((place, original) -> packages.add(original.at(place)));
    return lock.withPackages(packages);
  }

  private void placeDependencies(Placed from) {
    Requirements requirements = from.original.requirements();
    TreeSet<String> names = new TreeSet<>(requirements.required());
    names.addAll(requirements.optional());
    names.addAll(requirements.optionalPeers());
    for (String name : names) {
      LockedNpmPackage wanted = lock.resolve(from.original.installPath(), name).orElse(null);
      if (wanted == null) {
        continue;
      }
      InstallPath found = found(from.place, name).orElse(null);
      if (found == null && requirements.optionalPeers().contains(name)) {
        continue;
      }
      if (found == null || !wanted.equals(placed.get(found))) {
        found = freePlace(from.place, name);
        if (wanted.isBundled()) {
          throw impossible(
              wanted.installPath()
                  + " is bundled in another package's tarball, so it cannot be at "
                  + found);
        }
        place(found, wanted);
      }
      keepFree(from.place, name, found);
    }
  }

  private void keepFree(InstallPath from, String name, InstallPath found) {
    InstallPath container = from;
    while (container != null && !container.child(name).equals(found)) {
      keptFree.add(container.child(name));
      container = container.container();
    }
  }

  private void place(InstallPath place, LockedNpmPackage original) {
    placed.put(place, original);
    open.add(new Placed(place, original));
    for (LockedNpmPackage each : bundled.of(original)) {
      InstallPath inside = each.installPath().in(original.installPath()).below(place);
      placed.put(inside, each);
      open.add(new Placed(inside, each));
    }
    if (placed.size() > MAX_PACKAGES || place.depth() > InstallPath.MAX_DEPTH) {
      throw impossible(
          "each requested package would have its own copies of its dependencies, and these are more"
              + " than "
              + MAX_PACKAGES
              + " packages, or deeper than "
              + InstallPath.MAX_DEPTH
              + " levels");
    }
  }

  private ResolutionException impossible(String reason) {
    return new ResolutionException(
        lock.source()
            + " cannot become a global installation: "
            + reason
            + ". Install the project in a directory of the image, such as /opt/app.");
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
   * Returns the highest place for a dependency, below the top-level package of its dependent, at
   * which the dependent finds it and it hides no package that another dependent has found.
   *
   * @param from the place of the dependent
   * @param name the name of the dependency
   */
  private InstallPath freePlace(InstallPath from, String name) {
    InstallPath best = from.child(name);
    for (InstallPath container = from; container != null; container = container.container()) {
      InstallPath candidate = container.child(name);
      if (placed.containsKey(candidate)) {
        break;
      }
      if (!keptFree.contains(candidate)) {
        best = candidate;
      }
    }
    return best;
  }
}
