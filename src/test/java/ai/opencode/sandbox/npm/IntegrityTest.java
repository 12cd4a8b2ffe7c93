package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntegrityTest {

  private static final byte[] CONTENT = "abc".getBytes(StandardCharsets.UTF_8);

  // FIPS 180-4 examples for "abc".
  private static final String SHA512 =
      "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
  private static final String SHA256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
  private static final String SHA1 = "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

  @Test
  void passesPromisedBytesOn() throws IOException {
    for (String text : new String[] {SHA512, SHA256}) {
      assertThat(read(Integrity.of(text), CONTENT)).isEqualTo(CONTENT);
    }
  }

  @ParameterizedTest
  @EnumSource(Integrity.Algorithm.class)
  void readsEachAlgorithmByItsLabel(Integrity.Algorithm algorithm) {
    byte[] hash = algorithm.newDigest().digest(CONTENT);
    String text = algorithm.label() + "-" + Base64.getEncoder().encodeToString(hash);

    assertThat(Integrity.of(text).algorithm()).isEqualTo(algorithm);
    assertThat(Integrity.of(text + "?option-with-dashes")).hasToString(text);
    assertThatThrownBy(() -> Integrity.of(algorithm.label())).hasMessageContaining("no trusted");
    assertThatThrownBy(() -> Integrity.of("x" + text)).hasMessageContaining("no trusted");
  }

  @Test
  void namesExpectedAndActualHashAtTheEndOfOtherBytes() {
    byte[] other = "abd".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> read(Integrity.of(SHA512), other))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("x.tgz")
        .hasMessageContaining("expected " + SHA512)
        .hasMessageContaining("actual " + ANpmTarball.integrity(other));
  }

  @Test
  void noticesMissingAndAddedBytes() {
    for (String text : new String[] {"", "ab", "abcd"}) {
      assertThatThrownBy(() -> read(Integrity.of(SHA512), text.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void hashesSkippedAndSingleBytes() throws IOException {
    try (InputStream in =
        Integrity.of(SHA512).verifying(new ByteArrayInputStream(CONTENT), "x.tgz")) {
      assertThat(in.skip(1)).isEqualTo(1);
      assertThat(in.read()).isEqualTo('b');
      assertThat(in.markSupported()).isFalse();
      assertThat(in.readAllBytes()).hasSize(1);
    }
  }

  @Test
  void believesTheStrongestHashOnly() {
    assertThat(Integrity.of(SHA1 + " " + SHA256 + "  " + SHA512)).hasToString(SHA512);
    assertThat(Integrity.of(SHA512 + "?opt " + SHA256)).hasToString(SHA512);
  }

  @Test
  void refusesForgeableHashesEvenAlone() {
    assertThatThrownBy(() -> Integrity.of(SHA1))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(SHA1)
        .hasMessageContaining("sha1 and md5 are not");
  }

  @Test
  void refusesContradictingHashes() {
    assertThatThrownBy(() -> Integrity.of(SHA256 + " sha256-" + "A".repeat(43) + "="))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("two different");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "sha512",
        "sha512-",
        "sha512-!!!!",
        "sha512-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
        "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=",
        "SHA256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
      })
  void rejectsMalformedHashes(String text) {
    assertThatThrownBy(() -> Integrity.of(text)).isInstanceOf(VerificationException.class);
  }

  private static byte[] read(Integrity integrity, byte[] bytes) throws IOException {
    try (InputStream in = integrity.verifying(new ByteArrayInputStream(bytes), "x.tgz")) {
      return in.readAllBytes();
    }
  }
}
