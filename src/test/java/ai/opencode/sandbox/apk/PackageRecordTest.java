package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A package's record in the form in which apk writes it. */
class PackageRecordTest {

  private final ApkPackage.Builder tool = AnApk.named("tool").toPackage().toBuilder();

  @ParameterizedTest
  @ValueSource(strings = {"t", "k", "q"})
  void hasNoNumbersThatAreZero(String letter) {
    assertThat(record(letter, "0")).doesNotContain("\n" + letter + ":");
    assertThat(record(letter, "00")).doesNotContain("\n" + letter + ":");
    assertThat(record(letter, "7")).contains("\n" + letter + ":7\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"S", "I"})
  void hasSizesThatAreZero(String letter) {
    assertThat(record(letter, "0")).contains("\n" + letter + ":0\n");
  }

  @Test
  void hasNumbersWithoutZerosInFront() {
    assertThat(record("q", "010")).contains("\nq:10\n");
  }

  private String record(String letter, String value) {
    return tool.with(letter.charAt(0), value).build().toRecord();
  }
}
