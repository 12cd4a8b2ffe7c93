package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineSettingsTest {

  private static final EngineSettings STANDARD = EngineSettings.standard();

  @ParameterizedTest
  @ValueSource(strings = {"task", "task-1", "a.b_C", "0a"})
  void takesNamesOfContainers(String name) {
    assertThat(STANDARD.withName(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "-rm",
        "--privileged",
        "_a",
        ".a",
        "a b",
        "a/b",
        "/ab",
        "a\nb",
        "ä1",
        "a:b"
      })
  void refusesOtherNames(String name) {
    assertThatThrownBy(() -> STANDARD.withName(name))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a container's name. Use");
  }

  @Test
  void refusesLongNames() {
    assertThatThrownBy(() -> STANDARD.withName("a".repeat(129))).isInstanceOf(UsageException.class);
  }

  @Test
  void readsLabels() {
    assertThat(EngineSettings.labels(List.of("team=a", "empty", "url=a=b", "team=c", "e=")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("team", "c", "empty", "", "url", "a=b", "e", ""));
  }

  /** The product's own labels name mounts and the containers that it started. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ai.opencode.sandbox.run",
        "ai.opencode.sandbox.mount/workspace",
        "ai.opencode.sandbox",
        "AI.OpenCode.Sandbox.run"
      })
  void refusesLabelsOfTheProduct(String key) {
    assertThatThrownBy(() -> STANDARD.withLabels(Map.of(key, "x")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is reserved for this program. Use a key that begins otherwise.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=x", "a b", "a\tb", "\u001b[31m", "a\0b", "a=\u001b[2J", "a=x\ny"})
  void refusesMalformedLabels(String text) {
    assertThatThrownBy(() -> STANDARD.withLabels(EngineSettings.labels(List.of(text))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a label. Use");
  }

  @Test
  void takesLabelsThatOnlyLookLikeTheProducts() {
    assertThat(STANDARD.withLabels(Map.of("ai.opencode.sandboxes", "x")).labels()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-v", "/usr/bin/evil", "../x", "run c", "a\nb"})
  void refusesRuntimesThatAreNoNames(String runtime) {
    assertThatThrownBy(() -> STANDARD.withRuntime(runtime))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not the name of a runtime. Use");
  }

  @Test
  void refusesAPortOfTheHostTwice() {
    List<PublishedPort> twice = List.of(PublishedPort.of("80:1"), PublishedPort.of("80:2"));

    assertThatThrownBy(() -> STANDARD.withPorts(twice))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Port 80 of 127.0.0.1 is published twice");
    assertThat(
            STANDARD
                .withPorts(
                    List.of(
                        PublishedPort.of("80:1"),
                        PublishedPort.of("80:1/udp"),
                        PublishedPort.of("127.0.0.2:80:1"),
                        PublishedPort.of("0:2"),
                        PublishedPort.of("0:3")))
                .ports())
        .hasSize(5);
  }
}
