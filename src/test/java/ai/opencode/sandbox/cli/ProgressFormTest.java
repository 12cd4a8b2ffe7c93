package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.report.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgressFormTest {

  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @EnumSource(ProgressForm.class)
  void everyFormShowsWarningsAtTheLatestWhenItIsClosed(ProgressForm form) {
    try (ShownProgress progress = form.on(new PrintWriter(err, true), false)) {
      progress.warn("a\u001b[2J\nb");
    }

    assertThat(err.toString()).containsPattern("(?i)^warning: a \\[2J b\n$");
  }

  @ParameterizedTest
  @EnumSource(ProgressForm.class)
  void aCommandOutsideACommandLineShowsNothing(ProgressForm form) {
    ShownProgress progress = form.of(null);
    progress.warn("lost");
    progress.close();

    assertThat(err.toString()).isEmpty();
  }

  @Test
  void pausesHaveNoControlSequences() {
    ShownProgress progress = ProgressForm.PAUSES.on(new PrintWriter(err, true), false);
    progress.step(Stage.NETWORK, "waiting");
    progress.clear();
    progress.done(Stage.NETWORK, "there");

    assertThat(err.toString()).isEqualTo("network   there\n");
  }

  @Test
  void besideAContainerEachStepIsALineAtOnce() {
    ShownProgress progress = ProgressForm.LINES.on(new PrintWriter(err, true), false);
    progress.step(Stage.PULL, "1 of 2");
    progress.step(Stage.PULL, "2 of 2");
    progress.done(Stage.PULL, "2 layers");
    progress.clear();

    assertThat(err.toString()).isEqualTo("pull 1 of 2\npull 2 of 2\n");
  }
}
