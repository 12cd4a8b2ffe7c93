package ai.opencode.sandbox.apk;

import java.util.List;

/**
 * What to solve.
 *
 * @param repositories in order of preference
 * @param world what the result must satisfy; where a name stands twice, the last one counts
 * @param installed packages that are there already, kept where nothing speaks against it
 * @param upgrade prefer the newest version to the installed one
 */
public record SolverRequest(
    List<Repository> repositories,
    List<Dependency> world,
    List<ApkPackage> installed,
    boolean upgrade) {

  public SolverRequest {
    repositories = List.copyOf(repositories);
    world = List.copyOf(world);
    installed = List.copyOf(installed);
  }
}
