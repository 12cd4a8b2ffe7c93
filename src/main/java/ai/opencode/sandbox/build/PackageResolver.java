package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Solver;
import ai.opencode.sandbox.apk.solver.SolverRequest;
import ai.opencode.sandbox.build.BuildPlan.Node;
import ai.opencode.sandbox.build.ResolvedImage.InstalledSet;
import java.util.List;
import java.util.Set;

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
    PackageChoice choice = mode.choice(node.name(), node.platform());
    SolverRequest request =
        new SolverRequest(
            choice.offered(repositories),
            world.dependencies(),
            below.packages(),
            choice.preferred(repositories),
            Set.of());
    return ResolvedImage.solved(Solver.solve(request), below, world, node.platform());
  }
}
