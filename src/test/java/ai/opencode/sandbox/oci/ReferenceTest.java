package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {

  private static final String HEX =
      "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

  @ParameterizedTest
  @CsvSource({
    "alpine, docker.io/library/alpine",
    "alpine:3.24, docker.io/library/alpine:3.24",
    "index.docker.io/alpine:3.24, docker.io/library/alpine:3.24",
    "team/tools, docker.io/team/tools",
    "localhost/tools:1, localhost/tools:1",
    "localhost:5000/a/b__c:V1, localhost:5000/a/b__c:V1",
    "127.0.0.1:5000/x, 127.0.0.1:5000/x",
    "[::1]:5000/x:y, [::1]:5000/x:y",
    "registry.example.com/x@sha256:" + HEX + ", registry.example.com/x@sha256:" + HEX,
    "registry.example.com/x:1@sha256:" + HEX + ", registry.example.com/x:1@sha256:" + HEX,
  })
  void readsReferencesWithDockersDefaults(String text, String full) {
    assertThat(Reference.of(text)).hasToString(full);
    assertThat(Reference.of(full)).isEqualTo(Reference.of(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Alpine",
        "alpine:",
        "a b",
        "alpine@sha256:12",
        "a//b",
        "/a",
        "a/",
        "a:b:c",
        "host.example?x/y",
        "../x",
        "alpine@sha512:" + HEX,
        "https://host.example/x",
        "host.example:123456/x"
      })
  void refusesOthersAndShowsTheForm(String text) {
    assertThatThrownBy(() -> Reference.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"" + text + "\" is not an image reference")
        .hasMessageContaining("[registry/]repository[:tag][@sha256:digest]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host..example/x", "1.2.3/x", "localhost:0/x", "localhost:65536/x"})
  void refusesARegistryThatCannotBeAsked(String text) {
    assertThatThrownBy(() -> Reference.of(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void refusesUserAndPasswordWithoutRepeatingThem() {
    assertThatThrownBy(() -> Reference.of("user:secret@host.example/x"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"…@host.example/x\" is not an image reference");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:5000/x, true", "127.0.0.1/x, true", "127.3.2.1:80/x, true", "[::1]:80/x, true",
    "localhost.example.com/x, false", "128.0.0.1/x, false", "x, false", "[::2]:80/x, false",
    "127.0.0.1.example.com/x, false"
  })
  void knowsLoopback(String text, boolean loopback) {
    assertThat(Reference.of(text).isLoopback()).isEqualTo(loopback);
  }
}
