package ai.opencode.sandbox.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpusTest {

  @ParameterizedTest
  @CsvSource({
    "2, 2000, 2",
    "1.5, 1500, 1.5",
    "0.25, 250, 0.25",
    "0.01, 10, 0.01",
    "1.500000, 1500, 1.5",
    "010, 10000, 10",
    "4096, 4096000, 4096"
  })
  void readsDecimalNumbers(String text, int thousandths, String shortest) {
    assertThat(Cpus.of(text).thousandths()).isEqualTo(thousandths);
    assertThat(Cpus.of(text)).hasToString(shortest);
    assertThat(Cpus.of(text).billionths()).isEqualTo(thousandths * 1_000_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 1",
        "1 ",
        "-1",
        "+1",
        ".5",
        "1.",
        "1,5",
        "1e3",
        "0x2",
        "1.2345",
        "NaN",
        "Infinity",
        "99999",
        "all",
        "500m",
        "1\n",
        "١"
      })
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> Cpus.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a number of processors. Use");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.0", "0.009", "4096.001", "9999"})
  void refusesNumbersThatNoEngineCouldKeep(String text) {
    assertThatThrownBy(() -> Cpus.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is out of range. Use");
  }

  @Test
  void changesNoOtherLimit() {
    Limits limits = SecurityOptions.hardened().limits();

    assertThat(limits.cpus()).isNull();
    assertThat(limits.withCpus(new Cpus(1500)).withPids(64).withMemoryBytes(64 << 20))
        .isEqualTo(new Limits(64, 64 << 20, new Cpus(1500)));
  }
}
