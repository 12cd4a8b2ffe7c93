package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Solver;
import ai.opencode.sandbox.apk.solver.SolverRequest;
import ai.opencode.sandbox.build.BuildPlan.Node;
import ai.opencode.sandbox.build.ResolvedImage.InstalledSet;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Chooses packages from signed indexes, where no lock names them. */
record PackageResolver(LockMode mode) {

  /**
   * Chooses the packages of an image.
   *
   * @param below what is installed below it
   * @param repositories in order of preference
   * @throws ai.opencode.sandbox.failure.ResolutionException where no choice satisfies the
   *     definition
   */
  ResolvedImage resolve(Node node, InstalledSet below, List<Repository> repositories) {
    World world = below.world().with(node.definition().allPackages());
    SolverRequest request =
        mode instanceof LockMode.Update update
            ? new SolverRequest(
                offered(update.moving(node.name(), node.platform()), repositories),
                world.dependencies(),
                below.packages(),
                preferred(update.staying(node.name(), node.platform()), repositories),
                Set.of())
            : new SolverRequest(repositories, world.dependencies(), below.packages(), Set.of());
    return ResolvedImage.solved(Solver.solve(request), below, world, node.platform());
  }

  /**
   * The builds that stay as far as nothing speaks against it: those that a repository still has.
   */
  private static List<ApkPackage> preferred(
      List<LockedPackage> staying, List<Repository> repositories) {
    return staying.stream()
        .map(
            locked ->
                builds(locked, repositories)
                    .filter(each -> each.checksum().equals(locked.checksum()))
                    .findFirst())
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * The repositories without the locked builds of what moves: a package that stays must not hold
   * them back. A package without another build is up to date.
   */
  private static List<Repository> offered(
      List<LockedPackage> moving, List<Repository> repositories) {
    List<LockedPackage> superseded =
        moving.stream()
            .filter(
                locked ->
                    builds(locked, repositories)
                        .anyMatch(each -> !each.checksum().equals(locked.checksum())))
            .toList();
    return repositories.stream().map(each -> without(superseded, each)).toList();
  }

  private static Repository without(List<LockedPackage> builds, Repository repository) {
    return new Repository(
        repository.location(),
        repository.tag(),
        repository.packages().stream()
            .filter(pkg -> builds.stream().noneMatch(b -> b.checksum().equals(pkg.checksum())))
            .toList());
  }

  private static Stream<ApkPackage> builds(LockedPackage locked, List<Repository> repositories) {
    return repositories.stream()
        .flatMap(repository -> repository.packages().stream())
        .filter(each -> each.name().equals(locked.name()));
  }
}
