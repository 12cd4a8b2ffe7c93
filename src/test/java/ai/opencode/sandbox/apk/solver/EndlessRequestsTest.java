package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.ResolutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Repositories whose packages depend on each other as no real ones do. Any answer is fine if it
 * comes soon and without a deep stack.
 */
class EndlessRequestsTest {

  /** Far more than any of them takes on an idle machine. */
  private static final Duration SOON = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(ints = {2_000, 8_000, 60_000})
  void chainsOfDependencies(int length) {
    assertThat(solve(length, i -> pkg(i).with('D', next(i, length)).build(), "a0").chosen())
        .hasSize(length)
        .first()
        .extracting(chosen -> chosen.pkg().name())
        .isEqualTo("a" + (length - 1));
  }

  @Test
  void chainsOfProvides() {
    int length = 8_000;
    IntFunction<ApkPackage> link =
        i -> {
          String next = i + 1 < length ? "v" + (i + 1) : null;
          return pkg(i).with('p', "v" + i + "=1").with('D', next).build();
        };

    assertThat(solve(length, link, "v0").chosen()).hasSize(length);
  }

  @ParameterizedTest
  @ValueSource(ints = {3_000, 30_000})
  void chainsOfConditionsInBothOrders(int length) {
    IntFunction<ApkPackage> down = i -> pkg(i).with('i', i == 0 ? null : "a" + (i - 1)).build();
    IntFunction<ApkPackage> up =
        i -> pkg(i).with('i', i + 1 == length ? null : "a" + (i + 1)).build();

    assertThat(solve(length, down, "a0").chosen()).hasSize(length);
    assertThat(solve(length, up, "a" + (length - 1)).chosen()).hasSize(length);
  }

  @Test
  void packagesThatAllNeedEachOther() {
    int count = 30_000;
    IntFunction<ApkPackage> each =
        i -> pkg(i).with('p', "v").with('D', "v a" + (i + 1) % count).build();

    assertGivesUp(count, each, "a0");
  }

  @Test
  void manyVersionsUnderManyConstraints() {
    int count = 8_000;
    List<ApkPackage> packages = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      packages.add(
          ApkPackage.named("b", "" + (9_000 + i)).with('C', checksum(100_000 + i)).build());
    }
    for (int i = 0; i < count; i++) {
      packages.add(pkg(i).with('D', "b>" + i).build());
    }
    String[] world = IntStream.range(0, count).mapToObj(i -> "a" + i).toArray(String[]::new);

    assertThat(solve(packages, world).chosen()).hasSize(count + 1);
  }

  private static @Nullable String next(int i, int length) {
    return i + 1 < length ? "a" + (i + 1) : null;
  }

  private static ApkPackage.Builder pkg(int i) {
    return ApkPackage.named("a" + i, "1-r0").with('C', checksum(i));
  }

  private static String checksum(int i) {
    return new Checksum(String.format("%040x", i)).toString();
  }

  private static void assertGivesUp(int count, IntFunction<ApkPackage> each, String... world) {
    assertThatThrownBy(() -> solve(count, each, world))
        .isInstanceOf(ResolutionException.class)
        .hasMessageContaining("million steps")
        .hasMessageContaining("ask for fewer packages");
  }

  private static Resolution solve(int count, IntFunction<ApkPackage> each, String... world) {
    return solve(IntStream.range(0, count).mapToObj(each).collect(Collectors.toList()), world);
  }

  private static Resolution solve(List<ApkPackage> packages, String... world) {
    List<Dependency> wanted = List.of(world).stream().map(Dependency::of).toList();
    Repository repository = new Repository(new RepositoryLocation("main"), null, packages);
    return assertTimeoutPreemptively(
        SOON, () -> Solver.solve(new SolverRequest(List.of(repository), wanted, List.of())));
  }
}
