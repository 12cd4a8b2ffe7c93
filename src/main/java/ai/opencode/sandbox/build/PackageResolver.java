package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.solver.Renewal;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The choice of packages from signed indexes, for images whose packages no lock names. */
record PackageResolver(LockMode mode) {

  /** The package of apk itself, which {@code apk upgrade} brings up to date before all others. */
  private static final String APK = "apk-tools";

  /**
   * Chooses the packages of an image.
   *
   * @param below the packages that are installed in the image below
   * @param repositories the repositories, in order of preference
   * @param basePackages the treatment of the base's packages
   * @throws ai.opencode.sandbox.failure.ResolutionException if no choice satisfies the definition
   * @throws ai.opencode.sandbox.failure.UsageException if a package is to be updated that is
   *     neither in the lock nor in the base
   */
  ResolvedImage.Solved resolve(
      PlannedImage planned,
      InstalledSet below,
      List<Repository> repositories,
      BasePackages basePackages) {
    PackageChoice choice = mode.choice(planned.key());
    List<Repository> offered = choice.offered(repositories);
    ApkTransactions transactions =
        new ApkTransactions(below, offered, choice.preferred(repositories));
    if (planned.parent() == null) {
      Set<String> newer = newer(below.packages(), offered);
      if (mode.kept().isPresent()) {
        Set<String> renewed = renewed(below, choice, basePackages);
        renewed.retainAll(newer);
        if (!renewed.isEmpty()) {
          transactions.run(transactions.world(), Set.of(), renewed, Renewal.UPGRADE_ALONE);
        }
      } else if (basePackages == BasePackages.UPGRADE) {
        for (Set<String> upgraded : upgrades(newer, below)) {
          transactions.run(transactions.world(), upgraded);
        }
      }
    }
    List<Dependency> packages = planned.definition().allPackages();
    Set<String> asked = packages.stream().map(Dependency::name).collect(Collectors.toSet());
    transactions.run(below.world().with(packages), asked, Set.of(), Renewal.NONE);
    return transactions.result(planned.platform());
  }

  /** Returns the builds that a partial update of a lock cannot keep, in the lock's order. */
  List<LockedPackage> gone(PlannedImage planned, List<Repository> repositories) {
    return mode.choice(planned.key()).gone(repositories);
  }

  /** Returns the names whose newest builds are wanted, for each transaction before the last. */
  private static List<Set<String>> upgrades(Set<String> newer, InstalledSet below) {
    if (newer.isEmpty()) {
      return List.of();
    }
    Set<String> names = names(below);
    return newer.contains(APK) ? List.of(Set.of(APK), names) : List.of(names);
  }

  /**
   * Returns the names that a partial update of a lock brings up to date: the packages to update,
   * and those that the lock has brought up to date. The solver prefers a locked build of the latter
   * as long as a repository has it; without the renewal it would go back to the base's build
   * otherwise.
   */
  private Set<String> renewed(InstalledSet below, PackageChoice choice, BasePackages basePackages) {
    Set<String> renewed = new HashSet<>(mode.moving(names(below)));
    if (basePackages == BasePackages.UPGRADE) {
      choice.staying().forEach(locked -> renewed.add(locked.name()));
    }
    return renewed;
  }

  private static Set<String> names(InstalledSet installed) {
    return installed.packages().stream().map(ApkPackage::name).collect(Collectors.toSet());
  }

  /** Returns the names of installed packages of which a repository has a newer build. */
  private static Set<String> newer(List<ApkPackage> installed, List<Repository> repositories) {
    Map<String, ApkPackage> byName = new HashMap<>();
    installed.forEach(pkg -> byName.put(pkg.name(), pkg));
    Set<String> newer = new HashSet<>();
    for (Repository repository : repositories) {
      if (repository.tag() == null) {
        for (ApkPackage offered : repository.packages()) {
          ApkPackage here = byName.get(offered.name());
          if (here != null && offered.version().compareTo(here.version()) > 0) {
            newer.add(offered.name());
          }
        }
      }
    }
    return newer;
  }
}
