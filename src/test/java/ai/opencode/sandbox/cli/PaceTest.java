package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Pace pace = new Pace();

  @Test
  void isUnknownAtFirst() {
    assertThat(pace.perSecond(at(0))).isEmpty();
    pace.add(at(0), 0);
    pace.add(at(400), 1000);

    assertThat(pace.perSecond(at(400))).isEmpty();
  }

  @Test
  void isTheGrowthOverTime() {
    pace.add(at(0), 500);
    pace.add(at(2000), 2500);

    assertThat(pace.perSecond(at(2000))).hasValue(1000);
  }

  @Test
  void forgetsWhatWasLongAgo() {
    pace.add(at(0), 0);
    pace.add(at(1000), 1_000_000);
    for (int second = 2; second <= 20; second++) {
      pace.add(at(second * 1000L), 1_000_000 + second);
    }

    assertThat(pace.perSecond(at(20_000))).hasValue(1);
  }

  @Test
  void fallsWhileNothingArrives() {
    pace.add(at(0), 0);
    pace.add(at(1000), 1000);

    assertThat(pace.perSecond(at(4000))).hasValue(250);
    assertThat(pace.perSecond(at(60_000))).hasValue(0);
  }

  @Test
  void beginsAgainAfterAStepBack() {
    pace.add(at(0), 0);
    pace.add(at(1000), 5000);
    pace.add(at(2000), 0);
    pace.add(at(3000), 100);

    assertThat(pace.perSecond(at(3000))).hasValue(100);
  }

  private static long at(long milliseconds) {
    return Duration.ofMillis(milliseconds).toNanos();
  }
}
