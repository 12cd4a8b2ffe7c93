package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.install.scripts.CertificateFlaw;
import ai.opencode.sandbox.install.scripts.CertificateFlaw.Kind;
import ai.opencode.sandbox.install.scripts.CertificateFlaws;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The warnings about certificates. */
class CertificateTextTest {

  @ParameterizedTest
  @EnumSource
  void beginsWithTheFileAndEndsWithAnInstruction(Kind kind) {
    assertThat(sentence(new CertificateFlaw(kind, "etc/a.crt", "a line")))
        .startsWith("/etc/a.crt ")
        .matches("(?s).*[.,] (Add|Replace|Name|Remove|Move|Convert) .*\\.");
  }

  @Test
  void quotesALineOfTheSelection() {
    assertThat(sentence(new CertificateFlaw(Kind.INVALID_LINE, "etc/list", "../shadow")))
        .isEqualTo(
            "/etc/list has an invalid line: \"../shadow\". Name a file in"
                + " /usr/share/ca-certificates/.");
  }

  @Test
  void hasNoControlCharacters() {
    assertThat(sentence(new CertificateFlaw(Kind.INVALID_LINE, "etc/\u001b[2J", "\n\r")))
        .startsWith("/etc/?[2J has an invalid line: \"??\".");
  }

  @Test
  void countsTheOthers() {
    CertificateFlaw flaw = new CertificateFlaw(Kind.HIDDEN, ".a", "");

    assertThat(CertificateText.sentences(new CertificateFlaws(List.of(flaw), 3)))
        .hasSize(2)
        .last()
        .asString()
        .startsWith("3 more certificates are not trusted");
    assertThat(CertificateText.sentences(CertificateFlaws.NONE)).isEmpty();
  }

  private static String sentence(CertificateFlaw flaw) {
    return CertificateText.sentences(new CertificateFlaws(List.of(flaw), 0)).get(0);
  }
}
