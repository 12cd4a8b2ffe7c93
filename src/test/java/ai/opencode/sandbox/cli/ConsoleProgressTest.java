package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {

  private static final String CLEAR = "\r\u001b[2K";
  private static final String CUT = "\u001b[?7l" + CLEAR;
  private static final String WRAP = "\u001b[?7h";

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
            CUT
                + "fetch     1 of 3"
                + WRAP
                + CUT
                + "fetch     3 of 3"
                + WRAP
                + CLEAR
                + "fetch     3 packages\n");
  }

  @Test
  void aStageThatWaitsIsShownAgainAfterTheResultOfAnother() {
    ConsoleProgress progress = progress(true);
    progress.step(Stage.NPM, "0/108");
    progress.step(Stage.LAYER, "one");
    progress.done(Stage.LAYER, "8 layers");
    pass(Duration.ofSeconds(3));
    progress.tick();

    assertThat(lastLine()).startsWith("npm       0/108");
  }

  @Test
  void nothingIsShownAfterItsEnd() {
    ConsoleProgress progress = progress(true);
    progress.step(Stage.NPM, "0/108");
    progress.close();
    String shown = err.toString();
    progress.step(Stage.NPM, "1/108");
    progress.tick();

    assertThat(err).hasToString(shown);
  }

  @Test
  void aLineIsCutBeforeItWraps() {
    progress(true).step(Stage.FETCH, "x".repeat(200));

    assertThat(err.toString()).hasSize(CUT.length() + 79 + WRAP.length());
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
        .isEqualTo(
            CUT + "upstream  asking" + WRAP + CLEAR + "image     made\nWARNING: a stand-in\n");
  }

  @Test
  void aTerminalGetsABarWithBytesRateAndTheTimeThatIsLeft() {
    ConsoleProgress progress = progress(true);
    progress.step(Stage.FETCH, "0/2");
    progress.amount(Stage.FETCH, bytes(0, 80_000_000));
    pass(Duration.ofSeconds(2));
    progress.amount(Stage.FETCH, bytes(20_000_000, 80_000_000));

    assertThat(lastLine())
        .isEqualTo("fetch      20.0 of 80.0 MB, 10.0 MB/s, 6 s left      [=====>                ]")
        .hasSizeLessThan(80);
  }

  @Test
  void amountsOfPlatformsAreAdded() {
    ConsoleProgress progress = progress(true);
    progress.on(Platform.of("linux/amd64")).amount(Stage.FETCH, bytes(10_000_000, 20_000_000));
    pass(Duration.ofMillis(100));
    progress.on(Platform.of("linux/arm64")).amount(Stage.FETCH, bytes(20_000_000, 20_000_000));

    assertThat(lastLine()).startsWith("fetch      30.0 of 40.0 MB ");
  }

  @Test
  void filesOfUnknownSizesHaveABarBesideTheLatestStep() {
    ConsoleProgress progress = progress(true);
    progress.amount(Stage.NPM, new Amount(Amount.Unit.FILES, 1, 2));
    pass(Duration.ofMillis(100));
    progress.step(Stage.NPM, "1/2 " + "x".repeat(99));

    assertThat(lastLine())
        .isEqualTo("npm       1/2 " + "x".repeat(37) + "… [===========>          ]");
  }

  @Test
  void aTerminalShowsThatTimePasses() {
    ConsoleProgress progress = progress(true);
    progress.step(Stage.LAYER, "developer");
    pass(Duration.ofSeconds(61));
    progress.tick();

    assertThat(lastLine()).isEqualTo("layer     developer, 1 min 1 s");
  }

  @Test
  void aLogGetsALineAfterFiveSecondsWithoutNewsAndThenEveryTen() {
    ConsoleProgress progress = progress(false);
    progress.step(Stage.LAYER, "developer");
    for (int second = 0; second < 24; second++) {
      pass(Duration.ofSeconds(1));
      progress.tick();
    }

    assertThat(err.toString()).isEqualTo("layer     developer, 5 s\nlayer     developer, 15 s\n");
  }

  @Test
  void aLogSaysSoonThatAServerDoesNotAnswer() {
    ConsoleProgress progress = progress(false);
    for (int attempt = 2; attempt <= 6; attempt++) {
      progress.step(Stage.NETWORK, "attempt " + attempt);
      pass(Duration.ofMillis(900));
      progress.tick();
    }

    assertThat(err.toString()).isEqualTo("network   attempt 5\n");
  }

  @Test
  void aLogSaysNothingOfAServerThatAnswersTheThirdAttempt() {
    ConsoleProgress progress = progress(false);
    progress.step(Stage.NETWORK, "attempt 2");
    pass(Duration.ofMillis(300));
    progress.step(Stage.NETWORK, "attempt 3");
    pass(Duration.ofMillis(600));
    progress.step(Stage.FETCH, "1 of 2");
    progress.tick();

    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aLogSaysHowManyBytesHaveArrived() {
    ConsoleProgress progress = progress(false);
    progress.step(Stage.FETCH, "0/2");
    progress.amount(Stage.FETCH, bytes(0, 80_000_000));
    pass(Duration.ofSeconds(10));
    progress.amount(Stage.FETCH, bytes(20_000_000, 80_000_000));
    progress.tick();

    assertThat(err.toString()).isEqualTo("fetch     0/2, 20.0 of 80.0 MB, 2.0 MB/s, 30 s left\n");
  }

  @Test
  void noTimeIsLeftForBytesThatAreAllShown() {
    ConsoleProgress progress = progress(true);
    progress.amount(Stage.FETCH, bytes(0, 82_000_000));
    pass(Duration.ofSeconds(7));
    progress.amount(Stage.FETCH, bytes(81_990_000, 82_000_000));

    assertThat(lastLine()).startsWith("fetch      82.0 of 82.0 MB, 11.7 MB/s ");
  }

  @Test
  void nothingIsShownOfAStageThatIsDoneOrAPauseThatIsOver() {
    ConsoleProgress progress = progress(false);
    progress.step(Stage.NETWORK, "next attempt in 4 s");
    progress.step(Stage.FETCH, "1 of 2");
    progress.done(Stage.FETCH, "2 packages");
    pass(Duration.ofSeconds(30));
    progress.tick();

    assertThat(err.toString()).isEqualTo("fetch     2 packages\n");
  }

  @Test
  void theTimeOfEachStageIsShownAtTheEnd() {
    ConsoleProgress progress = progress(false);
    for (Stage stage : List.of(Stage.LAYER, Stage.FETCH, Stage.LAYER)) {
      progress.step(stage, "begins");
      pass(Duration.ofMillis(1100));
      progress.done(stage, "ends");
    }
    progress.done(Stage.IMAGE, "at once");
    progress.summarize();

    assertThat(err.toString()).endsWith("\ntime      3.3 s: fetch 1.1, layer 2.2\n");
  }

  @Test
  void theTimeOfAShortCommandIsNotShown() {
    ConsoleProgress progress = progress(false);
    pass(Duration.ofMillis(999));
    progress.summarize();

    assertThat(err.toString()).isEmpty();
  }

  private String lastLine() {
    String all = err.toString();
    return all.substring(all.lastIndexOf(CUT) + CUT.length()).replace(WRAP, "");
  }

  private static Amount bytes(long done, long total) {
    return new Amount(Amount.Unit.BYTES, done, total);
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
