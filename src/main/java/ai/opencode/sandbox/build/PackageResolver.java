package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.lock.BasePackages;
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
   * @param below packages that are installed below it
   * @param repositories in order of preference
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
    PackageChoice choice = mode.choice(planned.name(), planned.platform());
    List<Repository> offered = choice.offered(repositories);
    ApkTransactions transactions =
        new ApkTransactions(below, offered, choice.preferred(repositories));
    if (planned.parent() == null) {
      Set<String> newer = newer(below.packages(), offered);
      for (Set<String> upgraded : upgrades(newer, below, basePackages)) {
        transactions.run(transactions.world(), upgraded);
      }
    }
    List<String> packages = planned.definition().allPackages();
    Set<String> asked =
        packages.stream().map(text -> Dependency.of(text).name()).collect(Collectors.toSet());
    transactions.run(below.world().with(packages), asked, Set.of());
    return transactions.result(planned.platform());
  }

  /** Returns the names whose newest builds are wanted, for each transaction before the last. */
  private List<Set<String>> upgrades(
      Set<String> newer, InstalledSet below, BasePackages basePackages) {
    Set<String> names = below.packages().stream().map(ApkPackage::name).collect(Collectors.toSet());
    if (mode.kept().isPresent()) {
      Set<String> moving = new HashSet<>(mode.moving(names));
      moving.retainAll(newer);
      return moving.isEmpty() ? List.of() : List.of(moving);
    }
    if (basePackages == BasePackages.KEEP || newer.isEmpty()) {
      return List.of();
    }
    return newer.contains(APK) ? List.of(Set.of(APK), names) : List.of(names);
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
