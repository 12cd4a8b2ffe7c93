package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Builds that a request prefers are selected as if they were installed, and are installed. */
class PreferredBuildsTest {

  private static final ApkPackage OLD = AnApk.named("tool").info("size", "1").toPackage();
  private static final ApkPackage NEW = AnApk.named("tool").version("2.0-r0").toPackage();
  private static final ApkPackage REBUILT =
      AnApk.named("tool").info("pkgdesc", "built again").toPackage();
  private static final ApkPackage LIBRARY = AnApk.named("library").toPackage();
  private static final ApkPackage NEW_LIBRARY =
      AnApk.named("library").version("2.0-r0").toPackage();

  @Test
  void aPreferredBuildWinsOverANewerOne() {
    Repository main = repository("/main", null, OLD, NEW);

    assertThat(added(request(List.of(main), List.of(OLD), "tool"))).containsExactly("tool-1.0-r0");
    assertThat(added(request(List.of(main), List.of(), "tool"))).containsExactly("tool-2.0-r0");
  }

  @Test
  void aPreferredBuildWinsOverAnEarlierRepositorys() {
    Repository main = repository("/main", null, REBUILT);
    Repository edge = repository("/edge", null, OLD);

    Resolution resolution = Solver.solve(request(List.of(main, edge), List.of(OLD), "tool"));

    assertThat(resolution.added())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.pkg().checksum()).isEqualTo(OLD.checksum());
              assertThat(each.repository()).isEqualTo(edge);
            });
  }

  @Test
  void isAddedWithItsRepository() {
    Repository main = repository("/main", null, OLD, NEW);

    Resolution resolution = Solver.solve(request(List.of(main), List.of(OLD), "tool"));

    assertThat(resolution.added()).extracting(Resolution.Chosen::repository).containsExactly(main);
    assertThat(resolution.added()).extracting(Resolution.Chosen::isInstalled).containsOnly(false);
    assertThat(resolution.chosen()).isEqualTo(resolution.added());
  }

  @Test
  void isNeverRemoved() {
    Repository main = repository("/main", null, OLD, NEW, LIBRARY);

    Resolution unused = Solver.solve(request(List.of(main), List.of(LIBRARY, OLD), "tool"));
    Resolution forbidden =
        Solver.solve(request(List.of(main), List.of(OLD), "tool>1.0-r0", "!library"));

    assertThat(unused.added()).extracting(each -> each.pkg().name()).containsExactly("tool");
    assertThat(unused.removed()).isEmpty();
    assertThat(forbidden.removed()).isEmpty();
  }

  @Test
  void isNotChosenUnasked() {
    Repository main = repository("/main", null, LIBRARY, OLD);

    assertThat(added(request(List.of(main), List.of(LIBRARY), "tool")))
        .containsExactly("tool-1.0-r0");
  }

  @Test
  void givesWayToAConstraintOfTheRequest() {
    Repository main = repository("/main", null, OLD, NEW);

    assertThat(added(request(List.of(main), List.of(OLD), "tool>=2")))
        .containsExactly("tool-2.0-r0");
  }

  @Test
  void givesWayToAConstraintOfAnotherPackage() {
    ApkPackage app = AnApk.named("app").depends("library>1.0-r0").toPackage();
    Repository main = repository("/main", null, app, LIBRARY, NEW_LIBRARY);

    assertThat(added(request(List.of(main), List.of(LIBRARY), "app")))
        .containsExactly("library-2.0-r0", "app-1.0-r0");
  }

  @Test
  void needsNoTagThoughItsRepositoryHasOne() {
    Repository main = repository("/main", null, NEW);
    Repository tagged = repository("/edge", "edge", OLD);

    assertThat(added(request(List.of(main, tagged), List.of(OLD), "tool")))
        .containsExactly("tool-1.0-r0");
    assertThat(added(request(List.of(main, tagged), List.of(), "tool")))
        .containsExactly("tool-2.0-r0");
    assertThatThrownBy(() -> Solver.solve(request(List.of(tagged), List.of(), "tool")))
        .isInstanceOf(ResolutionException.class);
  }

  @Test
  void anInstalledPackageIsStillRemovedForAPreferredOne() {
    ApkPackage installed = AnApk.named("library").version("0.5-r0").toPackage();
    ApkPackage needing = AnApk.named("app").depends("library=1.0-r0").toPackage();
    Repository main = repository("/main", null, needing, LIBRARY, NEW_LIBRARY);
    SolverRequest request =
        new SolverRequest(
            List.of(main),
            List.of(Dependency.of("app")),
            Set.of("app"),
            List.of(installed),
            List.of(LIBRARY),
            Set.of(),
            Renewal.NONE);

    assertThat(added(request)).containsExactly("library-1.0-r0", "app-1.0-r0");
  }

  @Test
  void givesWayIfItsDependencyIsInNoRepository() {
    ApkPackage app = AnApk.named("app").depends("tool=1.0-r0").toPackage();
    ApkPackage newApp = AnApk.named("app").version("2.0-r0").depends("tool").toPackage();
    Repository main = repository("/main", null, app, newApp, NEW);

    assertThat(added(request(List.of(main), List.of(app), "app", "tool")))
        .containsExactly("tool-2.0-r0", "app-2.0-r0");
  }

  @Test
  void givesWayIfItsConflictExcludesTheRequest() {
    ApkPackage app = AnApk.named("app").depends("helper=1.0-r0").toPackage();
    ApkPackage newApp = AnApk.named("app").version("2.0-r0").toPackage();
    ApkPackage helper = AnApk.named("helper").depends("!tool").toPackage();
    Repository main = repository("/main", null, app, newApp, helper, OLD);

    assertThat(added(request(List.of(main), List.of(app, LIBRARY), "app", "tool")))
        .containsExactly("app-2.0-r0", "tool-1.0-r0");
  }

  @Test
  void doesNotChangeTheExplanationOfARequestThatCannotBeSatisfied() {
    Repository main = repository("/main", null, OLD);

    assertThatThrownBy(() -> Solver.solve(request(List.of(main), List.of(OLD), "tool", "absent")))
        .isInstanceOf(ResolutionException.class)
        .hasMessageStartingWith("absent is in none of the repositories");
  }

  private static List<String> added(SolverRequest request) {
    return Solver.solve(request).added().stream().map(each -> each.pkg().label()).toList();
  }

  private static SolverRequest request(
      List<Repository> repositories, List<ApkPackage> preferred, String... world) {
    return new SolverRequest(
        repositories,
        Stream.of(world).map(Dependency::of).toList(),
        Set.of(),
        List.of(),
        preferred,
        Set.of(),
        Renewal.NONE);
  }

  private static Repository repository(
      String location, @Nullable String tag, ApkPackage... packages) {
    return new Repository(new RepositoryLocation(location), tag, List.of(packages));
  }
}
