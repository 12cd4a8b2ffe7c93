package ai.opencode.sandbox.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0,          0.0 MB,    0.0 MB",
    "1,          0.0 MB,    0.0 kB",
    "1449,       0.0 MB,    1.4 kB",
    "1450,       0.0 MB,    1.5 kB",
    "49999,      0.0 MB,    50.0 kB",
    "50000,      0.1 MB,    0.1 MB",
    "1249999,    1.2 MB,    1.2 MB",
    "1250000,    1.3 MB,    1.3 MB",
    "1150000,    1.2 MB,    1.2 MB",
    "1000000000, 1000.0 MB, 1000.0 MB"
  })
  void isRoundedHalfUpToATenth(long bytes, String megabytes, String readable) {
    assertThat(ByteSize.megabytes(bytes)).isEqualTo(megabytes);
    assertThat(ByteSize.of(bytes)).isEqualTo(readable);
  }

  @Test
  void doesNotDependOnTheUsersLanguage() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(ByteSize.megabytes(1_500_000)).isEqualTo("1.5 MB");
    } finally {
      Locale.setDefault(before);
    }
  }
}
