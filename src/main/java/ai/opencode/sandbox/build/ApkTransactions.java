package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Renewal;
import ai.opencode.sandbox.apk.solver.Resolution;
import ai.opencode.sandbox.apk.solver.Solver;
import ai.opencode.sandbox.apk.solver.SolverRequest;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A simulated series of apk's transactions, such as {@code apk upgrade} and {@code apk add}. Its
 * result is a single list of packages to install.
 */
final class ApkTransactions {

  private final InstalledSet below;
  private final List<Repository> repositories;
  private final List<ApkPackage> preferred;
  private final Map<PackageId, Resolution.Chosen> added = new LinkedHashMap<>();
  private InstalledSet now;

  /**
   * Starts without transactions.
   *
   * @param below the packages that are already installed
   * @param repositories the repositories, in order of preference
   * @param preferred builds of packages that the solver prefers as if they were installed
   */
  ApkTransactions(InstalledSet below, List<Repository> repositories, List<ApkPackage> preferred) {
    this.below = below;
    this.repositories = List.copyOf(repositories);
    this.preferred = List.copyOf(preferred);
    this.now = below;
  }

  /** Returns the requested packages so far: those of the base and of earlier transactions. */
  World world() {
    return now.world();
  }

  /** Makes a transaction that asks for no name that was not asked for before. */
  void run(World world, Set<String> upgraded) {
    run(world, Set.of(), upgraded, Renewal.UPGRADE);
  }

  /**
   * Makes a transaction.
   *
   * @param world the requested packages, whose dependencies are installed afterwards
   * @param asked names of the packages that this transaction requests
   * @param upgraded names whose newest builds replace installed ones
   * @param renewal the extent of that
   * @throws ai.opencode.sandbox.failure.ResolutionException if nothing satisfies it
   */
  void run(World world, Set<String> asked, Set<String> upgraded, Renewal renewal) {
    Resolution resolution =
        Solver.solve(
            new SolverRequest(
                repositories,
                world.requests(),
                asked,
                now.packages(),
                preferred,
                upgraded,
                renewal));
    resolution.removed().forEach(pkg -> added.remove(pkg.id()));
    for (Resolution.Chosen chosen : resolution.added()) {
      // A build that replaces one of an earlier transaction moves to the end of the list, because
      // apk installs it in this transaction.
      added.remove(chosen.pkg().id());
      added.put(chosen.pkg().id(), chosen);
    }
    now = now.after(resolution, world);
  }

  /** Returns the combined changes of all transactions. */
  ResolvedImage.Solved result(Platform platform) {
    List<ResolvedPackage.Solved> packages = new ArrayList<>();
    for (Resolution.Chosen chosen : added.values()) {
      Optional<ApkPackage> replaced = below.installed().find(chosen.pkg().id());
      LockedPackage.Cause cause =
          new LockedPackage.Cause(
              chosen.requirer(), replaced.map(ApkPackage::version).orElse(null));
      RepositoryLocation repository = Objects.requireNonNull(chosen.repository()).location();
      packages.add(ResolvedPackage.Solved.of(chosen.pkg(), repository, platform, cause));
    }
    List<PackageId> removed =
        below.packages().stream()
            .map(ApkPackage::id)
            .filter(id -> now.installed().find(id).isEmpty())
            .toList();
    return new ResolvedImage.Solved(packages, removed, now);
  }
}
