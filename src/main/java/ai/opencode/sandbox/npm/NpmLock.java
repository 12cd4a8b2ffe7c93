package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Requirements;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The packages of an npm project, each with its place, version and hash. */
public final class NpmLock {

  private final String source;
  private final SortedMap<String, String> dependencies;
  private final Requirements requirements;
  private final SortedMap<InstallPath, LockedNpmPackage> packages;

  NpmLock(
      String source,
      SortedMap<String, String> dependencies,
      Requirements requirements,
      List<LockedNpmPackage> packages) {
    this.source = source;
    this.dependencies = Collections.unmodifiableSortedMap(new TreeMap<>(dependencies));
    this.requirements = requirements;
    this.packages =
        packages.stream()
            .collect(
                Collectors.toMap(
                    LockedNpmPackage::installPath, Function.identity(), (a, b) -> b, TreeMap::new));
  }

  /**
   * Parses a {@code package-lock.json} of version 2 or 3.
   *
   * @param source the name of the file in messages
   * @throws ai.opencode.sandbox.failure.VerificationException if it is malformed, has a place
   *     outside {@code node_modules}, or contains a package that is linked, has no hash or does not
   *     come from a registry
   * @throws ai.opencode.sandbox.failure.UsageException if it is a lock of another version
   */
  public static NpmLock parse(String json, String source) {
    return new NpmLockParser(source).parse(json);
  }

  /** Returns the project's requests: name to version range, sorted by name. */
  public SortedMap<String, String> dependencies() {
    return dependencies;
  }

  /** Returns all packages, sorted by install path. */
  public List<LockedNpmPackage> packages() {
    return List.copyOf(packages.values());
  }

  /**
   * Returns the packages that are directly in {@code node_modules} because the project requests
   * them.
   */
  public List<LockedNpmPackage> topLevelPackages() {
    List<LockedNpmPackage> top = new ArrayList<>();
    for (String name : dependencies.keySet()) {
      LockedNpmPackage found = packages.get(InstallPath.top(name));
      if (found != null) {
        top.add(found);
      }
    }
    return List.copyOf(top);
  }

  /**
   * Requires that the lock was made for this {@code package.json}, as {@code npm ci} does.
   *
   * @throws LockException if the two request different packages
   */
  public void requireMadeFor(String packageJson, String packageJsonSource) {
    SortedMap<String, String> asked =
        new NpmLockParser(packageJsonSource)
            .directDependencies(NpmJson.parseObject(packageJson, packageJsonSource));
    TreeSet<String> names = new TreeSet<>(asked.keySet());
    names.addAll(dependencies.keySet());
    for (String name : names) {
      String inProject = asked.get(name);
      String inLock = dependencies.get(name);
      if (inProject == null || !inProject.equals(inLock)) {
        throw new LockException(
            source
                + " was not made for "
                + packageJsonSource
                + ": "
                + name
                + " is "
                + (inLock == null ? "missing" : inLock)
                + " in the lock and "
                + (inProject == null ? "missing" : inProject)
                + " in the project. Create the lock again with npm install --package-lock-only.");
      }
    }
  }

  /**
   * Returns the packages at their places in a global installation: only the requested ones at the
   * top level, as after {@code npm install --global}. A lock that is shallow already stays as it
   * is.
   *
   * @throws ResolutionException if the tree would be too large
   */
  public NpmLock asGlobal() {
    return GlobalShape.of(this);
  }

  /**
   * Returns the packages for a platform: the project's dependencies and everything that they need.
   * Development dependencies are left out, and so are optional packages that do not support the
   * platform or need something that does not, and those with programs that no script of {@link
   * KnownInstallScript} would use.
   *
   * @throws ResolutionException if a package that is not optional does not support the platform
   * @throws LockException if a package needs another that the lock does not have
   */
  public NpmLock forPlatform(NpmPlatform platform) {
    Set<InstallPath> unsupported = unsupported(platform);
    TreeMap<InstallPath, LockedNpmPackage> reached = new TreeMap<>();
    Deque<LockedNpmPackage> open = new ArrayDeque<>();
    BiConsumer<@Nullable InstallPath, Requirements> follow =
        (from, wanted) -> {
          for (String name : wanted.required()) {
            LockedNpmPackage found = resolve(from, name).orElseThrow(() -> missing(from, name));
            if (unsupported.contains(found.installPath())) {
              throw unsupportedRequirement(from, found, platform);
            }
            open.add(found);
          }
          for (String name : wanted.optional()) {
            resolve(from, name)
                .filter(found -> !unsupported.contains(found.installPath()))
                .ifPresent(open::add);
          }
        };
    follow.accept(null, requirements);
    for (LockedNpmPackage next = open.poll(); next != null; next = open.poll()) {
      if (reached.put(next.installPath(), next) == null) {
        LockedNpmPackage from = next;
        Predicate<String> usable =
            name ->
                resolve(from.installPath(), name)
                    .filter(found -> !unsupported.contains(found.installPath()))
                    .isPresent();
        follow.accept(
            from.installPath(),
            KnownInstallScript.of(from)
                .map(script -> script.optional(from, platform, usable))
                .map(from.requirements()::withOptional)
                .orElse(from.requirements()));
      }
    }
    // A bundled package is part of its container's tarball even if no package needs it.
    for (LockedNpmPackage each : packages.values()) {
      if (each.isBundled() && reached.containsKey(carrier(each).installPath())) {
        reached.put(each.installPath(), each);
      }
    }
    return withPackages(List.copyOf(reached.values()));
  }

  /**
   * Finds the package that node would load by its name.
   *
   * @param from the place of the package that loads it; null for the project
   */
  Optional<LockedNpmPackage> resolve(@Nullable InstallPath from, String name) {
    for (InstallPath place = from; place != null; place = place.container()) {
      LockedNpmPackage found = packages.get(place.child(name));
      if (found != null) {
        return Optional.of(found);
      }
    }
    return Optional.ofNullable(packages.get(InstallPath.top(name)));
  }

  /** Returns all packages in the lock that {@code of} needs or may use. */
  List<LockedNpmPackage> dependenciesOf(LockedNpmPackage of) {
    List<LockedNpmPackage> found = new ArrayList<>();
    of.requirements().required().forEach(name -> add(found, of, name));
    of.requirements().optional().forEach(name -> add(found, of, name));
    return found;
  }

  private void add(List<LockedNpmPackage> found, LockedNpmPackage from, String name) {
    resolve(from.installPath(), name).ifPresent(found::add);
  }

  /** Returns the package whose tarball contains a bundled package; any other package itself. */
  LockedNpmPackage carrier(LockedNpmPackage of) {
    LockedNpmPackage carrier = of;
    while (carrier.isBundled()) {
      InstallPath container = carrier.installPath().container();
      LockedNpmPackage up = container == null ? null : packages.get(container);
      if (up == null) {
        throw new LockException(
            source
                + ": "
                + of.installPath()
                + " is bundled, but not inside a package of the lock. Create the lock again with"
                + " npm install --package-lock-only.");
      }
      carrier = up;
    }
    return carrier;
  }

  /** Returns the lock of the same project with other packages. */
  NpmLock withPackages(List<LockedNpmPackage> others) {
    return new NpmLock(source, dependencies, requirements, others);
  }

  String source() {
    return source;
  }

  /** Returns the packages that do not support the platform, and those that need one of them. */
  private Set<InstallPath> unsupported(NpmPlatform platform) {
    Set<InstallPath> unsupported = new HashSet<>();
    Map<InstallPath, List<InstallPath>> dependents = new TreeMap<>();
    Deque<InstallPath> open = new ArrayDeque<>();
    for (LockedNpmPackage each : packages.values()) {
      if (!each.requirements().platform().allows(platform)) {
        open.add(each.installPath());
      }
      for (String name : each.requirements().required()) {
        resolve(each.installPath(), name)
            .ifPresent(
                found ->
                    dependents
                        .computeIfAbsent(found.installPath(), path -> new ArrayList<>())
                        .add(each.installPath()));
      }
    }
    for (InstallPath next = open.poll(); next != null; next = open.poll()) {
      if (unsupported.add(next)) {
        open.addAll(dependents.getOrDefault(next, List.of()));
      }
    }
    return unsupported;
  }

  private LockException missing(@Nullable InstallPath from, String name) {
    return new LockException(
        source
            + ": "
            + (from == null ? "the project" : from)
            + " needs "
            + name
            + ", which is not in the lock. Create the lock again with npm install"
            + " --package-lock-only.");
  }

  private ResolutionException unsupportedRequirement(
      @Nullable InstallPath from, LockedNpmPackage found, NpmPlatform platform) {
    String reason =
        found.requirements().platform().allows(platform)
            ? " needs a package that does not support "
            : " supports " + found.requirements().platform() + ", not ";
    return new ResolutionException(
        source
            + ": "
            + found.id()
            + reason
            + platform
            + ", but "
            + (from == null ? "the project" : from)
            + " requires it. Use another version of it, or another platform.");
  }
}
