package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnknownScriptsTest {

  private final AProgressLog log = new AProgressLog();

  @Test
  void areWarningsOneByOne() {
    new UnknownScripts(false, log).report(List.of("a would run x", "b would run y"));

    assertThat(log.lines())
        .containsExactly(
            "warn a would run x, but scripts are not run. Check whether its effect is missing.",
            "warn b would run y, but scripts are not run. Check whether its effect is missing.");
  }

  @Test
  void areOneErrorInAStrictBuild() {
    assertThatThrownBy(
            () -> new UnknownScripts(true, log).report(List.of("a would run x", "b would run y")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("--strict-scripts forbids: a would run x, b would run y. Leave");
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void areNothingIfThereAreNone() {
    new UnknownScripts(true, log).report(List.of());

    assertThat(log.lines()).isEmpty();
  }
}
