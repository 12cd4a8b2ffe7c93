package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.report.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {

  private static final String CLEAR = "\r\u001b[2K";

  private final StringWriter err = new StringWriter();
  private final AtomicLong now = new AtomicLong();

  @Test
  void aLogGetsTheLastLineOfEachStage() {
    ConsoleProgress progress = progress(false);
    progress.step(Stage.FETCH, "1 of 2");
    progress.step(Stage.FETCH, "2 of 2");
    progress.done(Stage.FETCH, "2 packages");

    assertThat(err.toString()).isEqualTo("fetch     2 packages\n");
  }

  @Test
  void aLogGetsALineEveryFiveSecondsFromALongStage() {
    ConsoleProgress progress = progress(false);
    for (int second = 0; second <= 11; second++) {
      progress.step(Stage.FETCH, second + " of 99");
      pass(Duration.ofSeconds(1));
    }

    assertThat(err.toString()).isEqualTo("fetch     5 of 99\nfetch     10 of 99\n");
  }

  @Test
  void aTerminalGetsOneLineThatChanges() {
    ConsoleProgress progress = progress(true);
    progress.step(Stage.FETCH, "1 of 3");
    progress.step(Stage.FETCH, "2 of 3");
    pass(Duration.ofMillis(100));
    progress.step(Stage.FETCH, "3 of 3");
    progress.done(Stage.FETCH, "3 packages");

    assertThat(err.toString())
        .isEqualTo(
            CLEAR
                + "fetch     1 of 3"
                + CLEAR
                + "fetch     3 of 3"
                + CLEAR
                + "fetch     3 packages\n");
  }

  @Test
  void aLineIsCutBeforeItWraps() {
    progress(true).step(Stage.FETCH, "x".repeat(200));

    assertThat(err.toString()).hasSize(CLEAR.length() + 79);
  }

  @Test
  void aWarningIsPrintedOnceAndAtTheEnd() {
    ConsoleProgress progress = progress(true);
    progress.step(Stage.UPSTREAM, "asking");
    progress.warn("a stand-in");
    progress.warn("a stand-in");
    progress.done(Stage.IMAGE, "made");
    progress.finish();
    progress.finish();

    assertThat(err.toString())
        .isEqualTo(CLEAR + "upstream  asking" + CLEAR + "image     made\nWARNING: a stand-in\n");
  }

  @Test
  void textOfAServerDoesNotControlTheTerminal() {
    progress(false).done(Stage.FETCH, "a\u001b[2Jb\nc");

    assertThat(err.toString()).isEqualTo("fetch     a [2Jb c\n");
  }

  private ConsoleProgress progress(boolean terminal) {
    return new ConsoleProgress(new PrintWriter(err, true), terminal, now::get);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
