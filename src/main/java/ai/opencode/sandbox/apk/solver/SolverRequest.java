package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import java.util.List;
import java.util.Set;

/**
 * What to solve.
 *
 * @param repositories in order of preference
 * @param world what the result must satisfy; where a name stands twice, the last one counts
 * @param installed packages that are there already, kept where nothing speaks against it
 * @param preferred builds of the repositories that are chosen as if they were installed, and that
 *     still have to be installed
 * @param upgraded names for which, and for whose dependencies, the newest version is preferred to
 *     the installed one
 */
public record SolverRequest(
    List<Repository> repositories,
    List<Dependency> world,
    List<ApkPackage> installed,
    List<ApkPackage> preferred,
    Set<String> upgraded) {

  public SolverRequest {
    repositories = List.copyOf(repositories);
    world = List.copyOf(world);
    installed = List.copyOf(installed);
    preferred = List.copyOf(preferred);
    upgraded = Set.copyOf(upgraded);
  }

  /** A request that prefers no build of the repositories to another. */
  public SolverRequest(
      List<Repository> repositories,
      List<Dependency> world,
      List<ApkPackage> installed,
      Set<String> upgraded) {
    this(repositories, world, installed, List.of(), upgraded);
  }
}
