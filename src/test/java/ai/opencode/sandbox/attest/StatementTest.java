package ai.opencode.sandbox.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {

  private static final String HEX = "0123456789abcdef".repeat(4);
  private static final Digest SUBJECT = new Digest(HEX);

  @Test
  void hasOneFormAndThePredicatesOwnBytes() {
    byte[] predicate = bytes("{ \"a\": 1 }");
    Statement statement = new Statement("https://example.org/type", SUBJECT, predicate);

    assertThat(new String(statement.toJson(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"_type\":\"https://in-toto.io/Statement/v1\","
                + "\"subject\":[{\"name\":\"_\",\"digest\":{\"sha256\":\""
                + HEX
                + "\"}}],\"predicateType\":\"https://example.org/type\","
                + "\"predicate\":{ \"a\": 1 }}");
  }

  @Test
  void isReadBack() {
    Statement read =
        Statement.parse(
            Statement.of(AttestationKind.ORIGIN, SUBJECT, bytes("{\"a\":1}")).toJson(), "it");

    assertThat(read.predicateType()).isEqualTo(AttestationKind.ORIGIN.predicateType());
    assertThat(read.subject()).isEqualTo(SUBJECT);
    assertThat(read.predicate()).isEqualTo(bytes("{\"a\":1}"));
  }

  /** BuildKit names the same manifest once for each of the image's names. */
  @Test
  void mayNameItsSubjectTwice() {
    String subject = "{\"name\":\"a\",\"digest\":{\"sha256\":\"" + HEX + "\"}}";

    assertThat(Statement.parse(statement(subject + "," + subject), "it").subject())
        .isEqualTo(SUBJECT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"digest\":{\"sha256\":\"abc\"}}",
        "{\"digest\":{\"sha512\":\"abc\"}}",
        "{\"digest\":{\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}},"
            + "{\"digest\":{\"sha256\":\"1111111111111111111111111111111111111111111111111111111111111111\"}}"
      })
  void isAboutExactlyOneManifest(String subjects) {
    assertThatThrownBy(() -> Statement.parse(statement(subjects), "it"))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("it: not an in-toto statement about one manifest");
  }

  @Test
  void isOfAKnownVersion() {
    byte[] other = bytes(new String(statement("{}"), StandardCharsets.UTF_8).replace("v1", "v9"));

    assertThatThrownBy(() -> Statement.parse(other, "it"))
        .isInstanceOf(VerificationException.class);
  }

  private static byte[] statement(String subjects) {
    return bytes(
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":["
            + subjects
            + "],\"predicateType\":\"t\",\"predicate\":{}}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
