package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request to select packages, for which the solver finds a set of packages that satisfies all
 * dependencies.
 *
 * @param repositories the repositories, in order of preference
 * @param world the dependencies that the result must satisfy, those of earlier requests first; of
 *     several for one name, the last one counts
 * @param asked the names that the current request contains, which apk selects before those that
 *     only an earlier request contains
 * @param installed the packages that are kept unless the request excludes them
 * @param preferred the builds in the repositories that are selected as if they were installed, and
 *     that still have to be installed
 * @param upgraded the names of the packages to which {@code renewal} applies
 * @param renewal the choice whether newer versions of those packages, and of packages that they
 *     need, are selected
 */
public record SolverRequest(
    List<Repository> repositories,
    List<Dependency> world,
    Set<String> asked,
    List<ApkPackage> installed,
    List<ApkPackage> preferred,
    Set<String> upgraded,
    Renewal renewal) {

  public SolverRequest {
    repositories = List.copyOf(repositories);
    world = List.copyOf(world);
    asked = Set.copyOf(asked);
    installed = List.copyOf(installed);
    preferred = List.copyOf(preferred);
    upgraded = Set.copyOf(upgraded);
  }

  /** Creates a request without earlier requests: all names of {@code world} are asked for. */
  public SolverRequest(
      List<Repository> repositories, List<Dependency> world, List<ApkPackage> installed) {
    this(
        repositories,
        world,
        world.stream().map(Dependency::name).collect(Collectors.toSet()),
        installed,
        List.of(),
        Set.of(),
        Renewal.NONE);
  }

  /** Returns the dependencies of earlier requests. */
  List<Dependency> earlier() {
    List<Dependency> earlier = new ArrayList<>();
    Set<String> found = new HashSet<>();
    for (int i = world.size() - 1; i >= 0; i--) {
      Dependency dependency = world.get(i);
      if (!found.add(dependency.name()) || !asked.contains(dependency.name())) {
        earlier.add(dependency);
      }
    }
    Collections.reverse(earlier);
    return earlier;
  }
}
