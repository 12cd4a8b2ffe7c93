package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The builds that an update of some packages keeps and those that it replaces.
 *
 * @param staying locked builds that stay as far as nothing prevents it
 * @param moving locked builds that give way to the newest
 */
record PackageChoice(List<LockedPackage> staying, List<LockedPackage> moving) {

  /** Takes the newest build of every package. */
  static final PackageChoice NEWEST = new PackageChoice(List.of(), List.of());

  PackageChoice {
    staying = List.copyOf(staying);
    moving = List.copyOf(moving);
  }

  /** The builds that stay, as far as a repository still has them. */
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
   * The repositories without the locked builds of what moves: a package that stays must not hold
   * them back. A package without another build is up to date.
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
