package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeLimitsTest {

  @Test
  void isUnlimitedWithTenSecondsToStopByDefault() {
    assertThat(TimeLimits.standard()).isEqualTo(new TimeLimits(null, Duration.ofSeconds(10)));
  }

  @ParameterizedTest
  @CsvSource({"PT0S", "PT-1S"})
  void refusesATimeoutThatIsOverAtOnce(Duration timeout) {
    assertThatThrownBy(() -> TimeLimits.standard().withTimeout(timeout))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Use a longer one");
  }

  @Test
  void refusesANegativeTimeToStop() {
    assertThatThrownBy(() -> TimeLimits.standard().withStopTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Use 0 or more");
  }

  @ParameterizedTest
  @CsvSource({"PT90S, 1m30s", "PT2S, 2s", "PT1H, 1h", "PT0.25S, 0.25s"})
  void isToldAsUsersWriteIt(Duration timeout, String text) {
    assertThat(TimeLimits.standard().withTimeout(timeout).timeoutText()).isEqualTo(text);
  }
}
