package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options that {@code security} prints for a finished image, wherever it is. */
class SecurityOfAnImageTest {

  @TempDir private Path directory;

  @Test
  void haveItsUserAndItsWritablePaths() throws Exception {
    Path layout = directory.resolve("images");
    ImageDefinition own =
        ImageDefinition.onAlpine("own")
            .withUser(SandboxUser.of("acme", 2000, 2001))
            .withWritablePath("/var/lib/own", 64 << 20);
    ImageDefinition plain = ImageDefinition.onAlpine("plain");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory)) {
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      builder.send(builder.build(List.of(own, plain)), Target.of("oci:" + layout));
    }

    JsonNode told = json("oci:" + layout + ":own");
    assertThat(told.path("image").asText()).isEqualTo("own");
    assertThat(told.path("user").asText()).isEqualTo("2000:2001");
    assertThat(told.path("writablePaths").findValuesAsText("path"))
        .contains("/tmp", "/workspace", "/home/acme/.cache", "/var/lib/own")
        .doesNotContain("/home/opencode");
    assertThat(told.path("writablePaths").findValuesAsText("uid")).containsOnly("0", "2000");
    assertThat(json("oci:" + layout + ":own", "--user=1000:1000").path("user").asText())
        .isEqualTo("1000:1000");
    assertThat(json("oci:" + layout + ":plain").path("writablePaths"))
        .isEqualTo(json("plain").path("writablePaths"));
    Settings property =
        new Settings(
            Map.of("sandbox.security.image", "oci:" + layout + ":own"), Map.of(), Map.of());
    assertThat(ARun.with(property, "security").out()).contains("/var/lib/own");
    ARun several = ARun.of("security", "--image=oci:" + layout);
    assertThat(several.exitCode()).isEqualTo(2);
    assertThat(several.err()).contains("has several images");
  }

  @Test
  void areReadFromArchivesAndRegistriesToo() throws Exception {
    ImageDefinition own =
        ImageDefinition.onAlpine("own").withWritablePath("/var/lib/own", 64 << 20);
    BlobStore store = new BlobStore(directory.resolve("target"));
    try (ASmallUpstream upstream = ASmallUpstream.in(directory);
        EmbeddedRegistry registry = EmbeddedRegistry.start(store)) {
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      String inRegistry = registry.address() + "/team/own:dev";
      String archive = directory.resolve("own.tar").toString();
      String saved = directory.resolve("saved.tar").toString();
      List<BuiltImage> built = builder.build(List.of(own));
      builder.send(built, Target.of(registry.address() + "/team/"));
      builder.send(built, Target.of("oci-archive:" + archive));
      builder.send(built, Target.of("docker-archive:" + saved));

      for (String place :
          List.of(inRegistry, "oci-archive:" + archive, "docker-archive:" + saved)) {
        assertThat(json(place).path("writablePaths").findValuesAsText("path"))
            .as(place)
            .contains("/var/lib/own");
      }
      assertThat(json(inRegistry).path("image").asText()).isEqualTo(inRegistry);
    }
    ARun gone = ARun.of("security", "--image=127.0.0.1:1/team/own:dev");
    assertThat(gone.exitCode()).isZero();
    assertThat(gone.out()).contains("127.0.0.1:1/team/own:dev");
    assertThat(gone.err()).contains("Add those of the image with --tmpfs PATH=SIZE.");
  }

  private static JsonNode json(String image, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("security", "--format=json", "--image=" + image));
    arguments.addAll(List.of(more));
    return new ObjectMapper().readTree(ARun.of(arguments.toArray(String[]::new)).out());
  }
}
