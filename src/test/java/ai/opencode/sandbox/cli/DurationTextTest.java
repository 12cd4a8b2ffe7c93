package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({"90s,90", "90,90", "2m,120", "1h,3600", "0,0", "0s,0"})
  void readsSecondsMinutesAndHours(String text, long seconds) {
    assertThat(new DurationText().convert(text)).hasSeconds(seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "-1", "1.5m", "2 m", "2d", "1000000s", "2m30s"})
  void refusesOtherTexts(String text) {
    assertThatThrownBy(() -> new DurationText().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("Write it as 90s, 2m or 1h");
  }
}
