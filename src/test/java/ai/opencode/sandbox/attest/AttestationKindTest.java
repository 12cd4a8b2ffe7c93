package ai.opencode.sandbox.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttestationKindTest {

  @Test
  void areTheStandardOnesIfNoneIsNamed() {
    assertThat(AttestationKind.chosen(List.of()))
        .isEqualTo(AttestationKind.standard())
        .containsExactlyInAnyOrder(AttestationKind.values());
  }

  @Test
  void areThoseThatAreNamed() {
    assertThat(AttestationKind.chosen(List.of("origin"))).containsExactly(AttestationKind.ORIGIN);
    assertThat(AttestationKind.chosen(List.of("none"))).isEmpty();
    assertThat(AttestationKind.chosen(List.of("origin", "provenance", "origin"))).hasSize(2);
  }

  @Test
  void areAddedToTheStandardOnesAfterPlus() {
    assertThat(AttestationKind.chosen(List.of("+origin"))).isEqualTo(AttestationKind.standard());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none,origin", "origin,+provenance", "+origin,none", "none,none"})
  void mustNotContradictEachOther(String words) {
    assertThatThrownBy(() -> AttestationKind.chosen(List.of(words.split(",", -1))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"" + words + "\" contradict each other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Origin", "+", "+none", "sbom2", "-origin"})
  void mustBeKnown(String word) {
    assertThatThrownBy(() -> AttestationKind.chosen(List.of(word)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a kind of attestation. Use none, all, or some of ")
        .hasMessageContaining("sbom, provenance, origin");
  }
}
