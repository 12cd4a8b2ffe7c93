package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** The labels of an image. */
class LabelsTest {

  private static final Digest BASE = Digest.sha256("base");
  private static final ImageDefinition DEFINITION =
      ASmallUpstream.image("tool").withName("tools").withDescription("Some tools.");

  @Test
  void nameVersionOriginAndBase() {
    assertThat(of(DEFINITION))
        .containsEntry("org.opencontainers.image.title", "tools")
        .containsEntry("org.opencontainers.image.description", "Some tools.")
        .containsEntry("org.opencontainers.image.version", "7")
        .containsEntry(
            "org.opencontainers.image.source",
            "https://github.com/opencode-ai/opencode-sandbox-images")
        .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
        .containsEntry("org.opencontainers.image.base.name", "docker.io/library/alpine:3.22")
        .containsEntry("org.opencontainers.image.base.digest", BASE.toString())
        .containsEntry("ai.opencode.sandbox.upstream", "official");
  }

  @Test
  void aDefinitionMayReplaceWhatIsSaidOfIt() {
    assertThat(of(DEFINITION.withLabel("org.opencontainers.image.licenses", "MIT")))
        .containsEntry("org.opencontainers.image.licenses", "MIT");
  }

  @Test
  void noDefinitionSaysWhereItsInputsCameFrom() {
    for (String label :
        List.of(
            "ai.opencode.sandbox.upstream",
            "org.opencontainers.image.version",
            "org.opencontainers.image.base.name",
            "org.opencontainers.image.base.digest")) {
      assertThatThrownBy(() -> DEFINITION.withLabel(label, "better"))
          .isInstanceOf(UsageException.class);
    }
  }

  @Test
  void annotationsAreTheStandardOnesAndTheUpstream() {
    SortedMap<String, String> labels = of(DEFINITION.withLabel("com.example.team", "tools"));

    assertThat(labels).containsKey("com.example.team");
    assertThat(Labels.annotations(labels))
        .doesNotContainKey("com.example.team")
        .containsKeys("org.opencontainers.image.title", "ai.opencode.sandbox.upstream")
        .hasSize(labels.size() - 1);
  }

  @Test
  void annotationsLeaveTheLabelsAsTheyAre() {
    SortedMap<String, String> labels = of(DEFINITION.withLabel("com.example.team", "tools"));
    Map<String, String> before = Map.copyOf(labels);

    Labels.annotations(labels);

    assertThat(labels).isEqualTo(before);
  }

  private static SortedMap<String, String> of(ImageDefinition definition) {
    return Labels.of(definition, "7", UpstreamKind.OFFICIAL, "docker.io/library/alpine:3.22", BASE);
  }
}
