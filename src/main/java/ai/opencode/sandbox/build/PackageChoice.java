package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The choice between old and new builds of packages when only a part of a lock is updated.
 *
 * @param staying the locked builds of packages to keep if possible
 * @param moving the locked builds of packages to replace by the newest ones
 */
record PackageChoice(List<LockedPackage> staying, List<LockedPackage> moving) {

  /** The choice of the newest build of every package. */
  static final PackageChoice NEWEST = new PackageChoice(List.of(), List.of());

  PackageChoice {
    staying = List.copyOf(staying);
    moving = List.copyOf(moving);
  }

  /** Returns the builds to keep that a repository still has. */
  List<ApkPackage> preferred(List<Repository> repositories) {
    return staying.stream()
        .map(locked -> build(locked, repositories))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Returns the builds to keep that no repository has any more. */
  List<LockedPackage> gone(List<Repository> repositories) {
    return staying.stream().filter(locked -> build(locked, repositories).isEmpty()).toList();
  }

  /**
   * Returns the repositories without the builds to replace, so that no dependency of a kept package
   * selects such a build again. A build to replace is left in if no repository has a newer build,
   * or another build of the same version.
   */
  List<Repository> offered(List<Repository> repositories) {
    List<LockedPackage> superseded =
        moving.stream()
            .filter(
                locked -> builds(locked, repositories).anyMatch(each -> isSuccessor(each, locked)))
            .toList();
    return repositories.stream().map(each -> without(superseded, each)).toList();
  }

  private static boolean isSuccessor(ApkPackage pkg, LockedPackage locked) {
    return !pkg.checksum().equals(locked.checksum())
        && pkg.version().compareTo(locked.version()) >= 0;
  }

  private static Repository without(List<LockedPackage> builds, Repository repository) {
    return new Repository(
        repository.location(),
        repository.tag(),
        repository.packages().stream()
            .filter(pkg -> builds.stream().noneMatch(b -> b.checksum().equals(pkg.checksum())))
            .toList());
  }

  private static Optional<ApkPackage> build(LockedPackage locked, List<Repository> repositories) {
    return builds(locked, repositories)
        .filter(each -> each.checksum().equals(locked.checksum()))
        .findFirst();
  }

  private static Stream<ApkPackage> builds(LockedPackage locked, List<Repository> repositories) {
    return repositories.stream()
        .flatMap(repository -> repository.packages().stream())
        .filter(each -> each.name().equals(locked.name()));
  }
}
