package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeLimitTest {

  private static final Duration SHORT = Duration.ofMillis(30);

  /** A head of one byte each second would otherwise never end. */
  @Test
  void bytesDoNotDeferTheEndOfAHead() throws InterruptedException {
    TimeLimit limit = new TimeLimit(SHORT);
    Thread.sleep(40);
    limit.bytesPassed();

    assertThat(limit.isOver()).isTrue();
  }

  @Test
  void bytesDeferTheEndOfATransfer() throws InterruptedException {
    TimeLimit limit = new TimeLimit(SHORT);
    limit.requireActivity(SHORT);
    Thread.sleep(40);
    assertThat(limit.isOver()).isTrue();
    limit.bytesPassed();

    assertThat(limit.isOver()).isFalse();
  }
}
