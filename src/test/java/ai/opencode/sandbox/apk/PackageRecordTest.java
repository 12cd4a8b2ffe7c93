package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
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

  @Test
  void givesTheValuesOfItsFields() {
    ApkPackage pkg =
        tool.with('S', "3")
            .with('I', "4")
            .with('t', "5")
            .with('k', "9999999999")
            .with('q', "6")
            .with('r', "old other<2")
            .build();

    assertThat(pkg.id()).isEqualTo(new PackageId("tool"));
    assertThat(pkg.size()).isEqualTo(3);
    assertThat(pkg.installedSize()).isEqualTo(4);
    assertThat(pkg.buildSeconds()).isEqualTo(5);
    assertThat(pkg.providerPriority()).isEqualTo(Integer.MAX_VALUE);
    assertThat(pkg.replacesPriority()).isEqualTo(6);
    assertThat(pkg.replaces()).isEqualTo(Dependency.listOf("old other<2"));
  }

  @Test
  void refusesAMalformedListWhenItIsRead() {
    for (char list : new char[] {'D', 'i', 'r'}) {
      tool.with(list, ">=1");

      assertThatThrownBy(tool::build).as("%s", list).isInstanceOf(UsageException.class);
      tool.with(list, null);
    }
  }

  /** A database of apk 3 may have such a package, which is listed all the same. */
  @Test
  void hasNoChecksumIfItIsNoSha1() {
    ApkPackage pkg = tool.with('C', "Q2AAAA").build();

    assertThat(pkg.label()).isEqualTo("tool-1.0-r0");
    assertThatThrownBy(pkg::checksum)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("\"Q2AAAA\" is not an apk checksum");
  }

  private String record(String letter, String value) {
    return tool.with(letter.charAt(0), value).build().toRecord();
  }
}
