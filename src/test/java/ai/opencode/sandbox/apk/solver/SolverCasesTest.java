package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The solver's rules, one small case for each; {@link SolverCasesIT} asks the real apk. */
class SolverCasesTest {

  static List<SolverCase> cases() {
    return SolverCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void followsTheRule(SolverCase rule) {
    SolverRequest request = rule.toRequest();
    String refusal = rule.refusal();
    if (refusal != null) {
      assertThatThrownBy(() -> Solver.solve(request))
          .isInstanceOfSatisfying(
              ResolutionException.class,
              e -> assertThat(names(request)).filteredOn(e.subjects()::contains).isNotEmpty())
          .isInstanceOfSatisfying(
              ResolutionException.class,
              e ->
                  assertThat(names(request))
                      .filteredOn(e.subjects()::contains)
                      .containsExactlyInAnyOrderElementsOf(
                          names(request).stream().filter(each -> isIn(refusal, each)).toList()))
          .hasMessage(refusal);
      return;
    }
    Resolution resolution = Solver.solve(request);

    String first = request.repositories().get(0).location().text();
    assertThat(resolution.added())
        .extracting(choice -> label(choice, first))
        .containsExactlyElementsOf(rule.added());
    assertThat(resolution.removed())
        .extracting(ApkPackage::name)
        .containsExactlyInAnyOrderElementsOf(rule.removed());
    rule.why()
        .forEach(
            (name, chain) ->
                assertThat(
                        resolution.why(name).stream()
                            .map(each -> each.pkg().label() + ", required by " + each.reason())
                            .collect(Collectors.joining(" <- ")))
                    .as(name)
                    .isEqualTo(chain));
  }

  /** Returns the names that a file may ask for: those of the request and of all packages. */
  private static Set<String> names(SolverRequest request) {
    Set<String> names = new TreeSet<>();
    request.world().forEach(each -> names.add(each.name()));
    request.repositories().forEach(each -> each.packages().forEach(pkg -> names.add(pkg.name())));
    return names;
  }

  /** Tells whether a message has a name as a word, or with a version behind it. */
  private static boolean isIn(String message, String name) {
    return Pattern.compile(
            "(?<![A-Za-z0-9_.+:-])"
                + Pattern.quote(name)
                + "(?=-[0-9]|(?![A-Za-z0-9_+:-]|\\.[A-Za-z0-9]))")
        .matcher(message)
        .find();
  }

  @Test
  void everyCaseHasANameOfItsOwn() {
    assertThat(cases()).extracting(SolverCase::name).doesNotHaveDuplicates();
    assertThat(cases()).hasSizeGreaterThan(60);
  }

  private static String label(Resolution.Chosen choice, String first) {
    Repository repository = choice.repository();
    return choice.pkg().label()
        + (repository == null || repository.location().text().equals(first)
            ? ""
            : "@" + repository.location().text().substring(1));
  }
}
