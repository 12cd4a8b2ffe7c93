package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of a version, {@code number{.number}[letter]{_suffix[number]}[~hex][-rN]}. */
class ApkVersionGrammarTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1.0",
        "0.0.0",
        "20240101",
        "1.0a",
        "1.0z_p1",
        "1.0_alpha",
        "1.0_beta2_pre3_rc4_cvs5_svn6_git7_hg8_p9",
        "1.0~0123456789abcdef",
        "1.0-r0",
        "1.0a_rc1~abc-r12"
      })
  void isValid(String version) {
    assertThat(ApkVersion.of(version).isValid()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        ".1",
        "1.",
        "1..0",
        "1.0A",
        "1.0ab",
        "1.0a1",
        "1.0_",
        "1.0_foo",
        "1.0_alphabet",
        "1.0_P1",
        "1.0~",
        "1.0~g",
        "1.0~ABC",
        "1.0-",
        "1.0-0",
        "1.0-x1",
        "1.0-r",
        "1.0-ra",
        "1.0-r1-r2",
        "1.0-r1_p1",
        "1.0_p1a",
        "1.0 ",
        " 1.0",
        "v1.0",
        "-r1",
        "١"
      })
  void isNotValid(String version) {
    assertThat(ApkVersion.of(version).isValid()).isFalse();
  }
}
