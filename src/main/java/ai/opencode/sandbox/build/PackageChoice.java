package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The locked builds that a partial update of a lock prefers, and those that it replaces.
 *
 * @param staying the builds to keep if possible
 * @param moving the builds to replace by the newest ones
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
        .map(
            locked ->
                builds(locked, repositories)
                    .filter(each -> each.checksum().equals(locked.checksum()))
                    .findFirst())
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * Returns the repositories without the builds to replace, so that no dependency of a kept package
   * selects one again. A build without a successor is up to date and is left in.
   */
  List<Repository> offered(List<Repository> repositories) {
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
