package ai.opencode.sandbox.failure;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** User and password in an address, which no message contains. */
class UserInfoTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "user:SECRET@host/x",
        "SECRET@host/x",
        "user:SE/CRET@host/x",
        "user:SE@CRET@host/x:1",
        "https://user:SECRET@host/x",
        "docker://user:SECRET@host/x",
        "user:SECRET@host/x@sha256:abc",
        "user:SECRET@host/x@sha256:0123456789012345678901234567890123456789012345678901234567890123",
        "user:SECRET@",
        "://SECRET@host",
      })
  void cutsThemFromReferences(String text) {
    assertThat(UserInfo.cut(text)).doesNotContain("SE", "CRET").contains("…@");
    try {
      Reference.of(text);
    } catch (UsageException e) {
      assertThat(e).hasMessageNotContaining("SE").hasMessageNotContaining("CRET");
      return;
    }
    throw new AssertionError("taken for a reference: " + text);
  }

  @ParameterizedTest
  @CsvSource({
    "ALPINE:latest",
    "host:5000/x:1@sha256:abc",
    "/directory/with:colon",
    "https://host/x",
  })
  void keepsOtherTexts(String text) {
    assertThat(UserInfo.cut(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cannot fetch https://user:SECRET@host/x: no",
        "Cannot fetch \"https://SECRET@host/x\"",
        "Cannot fetch https://user:SE/CRET@host/x",
        "Cannot fetch https://user:SE?#/CRET@host/x",
        "https://user:SE@CRET@host/",
      })
  void cutsThemFromSentences(String sentence) {
    assertThat(new NetworkException(sentence))
        .hasMessageNotContaining("SE")
        .hasMessageNotContaining("CRET")
        .hasMessageContaining("…@host");
  }

  @Test
  void scopesTagsAndDigestsStayInSentences() {
    for (String sentence :
        new String[] {
          "https://host/@scope/name/-/name-1.tgz: no",
          "https://host:8080/@scope/name: no",
          "@edge https://host/edge/main",
          "host:5000/x:1@sha256:abc",
          "npm:other@1.2.3",
        }) {
      assertThat(UserInfo.cutFrom(sentence)).isEqualTo(sentence);
    }
    assertThat(UserInfo.cutFromArguments("KEY=VALUE but was user:SECRET@host"))
        .isEqualTo("KEY=VALUE but was …@host");
    assertThat(UserInfo.cutFromArguments("but was SECRET@host/x; see"))
        .isEqualTo("but was …@host/x; see");
  }
}
