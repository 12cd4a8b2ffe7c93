package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The builds that stay and those that move in the update of a part of a lock. */
class PackageChoiceTest {

  private static final AnApk OLD = AnApk.named("tool").version("1.0-r0");
  private static final AnApk NEW = AnApk.named("tool").version("1.1-r0");

  /** Another build of the version of {@link #OLD}. */
  private static final AnApk REBUILT = OLD.withFile("usr/rebuilt", 0644, "it");

  private static final AnApk OTHER = AnApk.named("other").version("9-r0");

  @Test
  void prefersTheLockedBuilds() {
    PackageChoice choice = staying(OLD, OTHER);

    assertThat(choice.preferred(List.of(offering(NEW, OLD), offering(OTHER))))
        .extracting(ApkPackage::checksum)
        .containsExactly(checksum(OLD), checksum(OTHER));
    assertThat(choice.gone(List.of(offering(NEW, OLD), offering(OTHER)))).isEmpty();
  }

  @Test
  void aBuildThatNoRepositoryHasIsGone() {
    PackageChoice choice = staying(OLD, OTHER);
    List<Repository> offered = List.of(offering(NEW, REBUILT), offering(OTHER));

    assertThat(choice.preferred(offered))
        .extracting(ApkPackage::checksum)
        .containsExactly(checksum(OTHER));
    assertThat(choice.gone(offered))
        .extracting(LockedPackage::label)
        .containsExactly("tool-1.0-r0");
  }

  @Test
  void aPackageOfAnotherNameIsAnotherPackage() {
    ApkPackage renamed = OLD.toPackage().toBuilder().with('P', "renamed").build();
    Repository repository =
        new Repository(new RepositoryLocation("/repository"), null, List.of(renamed));

    assertThat(renamed.checksum()).isEqualTo(checksum(OLD));
    assertThat(staying(OLD).preferred(List.of(repository))).isEmpty();
    assertThat(staying(OLD).gone(List.of(repository))).hasSize(1);
  }

  @Test
  void theBuildsToReplaceAreNotOffered() {
    assertThat(offered(moving(OLD), offering(OLD, OTHER), offering(NEW)))
        .containsExactly("other-9-r0", "tool-1.1-r0");
  }

  @Test
  void anotherBuildOfTheVersionReplacesALockedOne() {
    List<Repository> offered = moving(OLD).offered(List.of(offering(OLD), offering(REBUILT)));

    assertThat(offered.stream().flatMap(each -> each.packages().stream()))
        .extracting(ApkPackage::checksum)
        .containsExactly(checksum(REBUILT));
  }

  @Test
  void aBuildWithoutSuccessorIsOffered() {
    assertThat(offered(moving(NEW), offering(OLD, NEW)))
        .containsExactly("tool-1.0-r0", "tool-1.1-r0");
    assertThat(offered(moving(OLD), offering(OLD, OLD))).hasSize(2);
    assertThat(offered(moving(OLD), offering(OLD, OTHER))).hasSize(2);
  }

  @Test
  void aStayingBuildIsOfferedBesideItsSuccessor() {
    assertThat(offered(staying(OLD), offering(OLD, NEW))).hasSize(2);
  }

  @Test
  void theRepositoriesKeepTheirPlaceAndTag() {
    Repository tagged =
        new Repository(new RepositoryLocation("/edge"), "edge", List.of(NEW.toPackage()));

    assertThat(moving(OLD).offered(List.of(offering(OLD), tagged)))
        .containsExactly(offering(), tagged);
  }

  @Test
  void theNewestBuildsNeedNoChoice() {
    List<Repository> all = List.of(offering(OLD, NEW, OTHER));

    assertThat(PackageChoice.NEWEST.preferred(all)).isEmpty();
    assertThat(PackageChoice.NEWEST.gone(all)).isEmpty();
    assertThat(PackageChoice.NEWEST.offered(all)).isEqualTo(all);
  }

  private static Checksum checksum(AnApk apk) {
    return apk.toPackage().checksum();
  }

  private static PackageChoice staying(AnApk... packages) {
    return new PackageChoice(Stream.of(packages).map(ALock::locked).toList(), List.of());
  }

  private static PackageChoice moving(AnApk... packages) {
    return new PackageChoice(List.of(), Stream.of(packages).map(ALock::locked).toList());
  }

  private static Repository offering(AnApk... packages) {
    return new Repository(
        new RepositoryLocation("/repository"),
        null,
        Stream.of(packages).map(AnApk::toPackage).toList());
  }

  private static List<String> offered(PackageChoice choice, Repository... repositories) {
    return choice.offered(List.of(repositories)).stream()
        .flatMap(each -> each.packages().stream())
        .map(ApkPackage::label)
        .toList();
  }
}
