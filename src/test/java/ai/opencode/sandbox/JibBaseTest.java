package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Built images as base images for Jib. */
class JibBaseTest {

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private SandboxBuilder builder;
  private BuiltImage image;

  @BeforeEach
  void build() throws Exception {
    AnApk tool = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
    upstream = ASmallUpstream.in(directory, tool);
    builder = new SandboxBuilder(upstream.settings().withVersion("1.2.3"), Progress.silent());
    image = builder.build(List.of(ASmallUpstream.image("tool"))).get(0);
  }

  @AfterEach
  void close() throws Exception {
    upstream.close();
  }

  @Test
  void addsToAnImageAndPublishesIt() throws Exception {
    BuiltImage app;
    try (JibBase base = builder.jibBase(image)) {
      app = base.containerize(withAgent(base), "acme/agent");
    }
    BlobStore blobs = new BlobStore(upstream.cache());
    List<Descriptor> layers = app.platforms().get(0).blobs();
    List<Descriptor> below = image.platforms().get(0).blobs();
    assertThat(layers.subList(0, below.size())).isEqualTo(below);
    assertThat(layers).hasSize(below.size() + 1);
    assertThat(app.platforms().get(0).sizes().reusedLayers()).isEqualTo(below.size());
    assertThat(app.version()).isEqualTo("1.2.3");
    BuiltRoot root = BuiltRoot.of(layers, blobs);
    assertThat(root.text("usr/bin/tool")).isEqualTo("#!tool");
    assertThat(root.text("opt/agent/run")).isEqualTo("#!agent");
    Manifest manifest =
        Manifest.parse(blobs.read(app.platforms().get(0).manifest().digest()), "manifest");
    ImageConfig config = ImageConfig.parse(blobs.read(manifest.config().digest()), "config");
    assertThat(config.entrypoint()).containsExactly("/opt/agent/run");
    assertThat(config.user()).isEqualTo("1000:1000");
    assertThat(config.labels()).containsEntry("ai.opencode.sandbox.upstream", "mirror");
    ImageIndex index = ImageIndex.parse(blobs.read(app.index().digest()), "index");
    assertThat(index.manifests().get(0).platform()).isEqualTo(Platform.LINUX_AMD64);
    assertThat(index.annotations()).containsEntry("org.opencontainers.image.version", "1.2.3");

    try (EmbeddedRegistry target =
        EmbeddedRegistry.start(new BlobStore(directory.resolve("target")))) {
      builder.send(List.of(app), Target.of(target.address() + "/team/"));
      assertThat(target.tags("team/acme/agent").keySet())
          .containsExactly("1", "1.2", "1.2.3", "latest");
    }
  }

  @Test
  void theSameFilesGiveTheSameImage() throws Exception {
    try (JibBase base = builder.jibBase(image);
        JibBase again = builder.jibBase(image, Platform.LINUX_AMD64)) {
      assertThat(again.containerize(withAgent(again), "a").index())
          .isEqualTo(base.containerize(withAgent(base), "b").index());
    }
  }

  @Test
  void jibWritesItsOwnKindOfFile() throws Exception {
    Path file = directory.resolve("agent.tar");
    try (JibBase base = builder.jibBase(image)) {
      withAgent(base).containerize(base.to(TarImage.at(file).named("acme/agent")));
    }
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void leavesNoFileExceptTheImage() throws Exception {
    JibBase base = builder.jibBase(image);
    base.containerize(withAgent(base), "acme/agent");
    JibContainerBuilder late = withAgent(base);
    base.close();

    try (var files = Files.list(upstream.cache().resolve("tmp"))) {
      assertThat(files).isEmpty();
    }
    assertThatThrownBy(() -> base.containerize(late, "late"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The base image is closed. Call containerize before close.");
  }

  @Test
  void namesThePlatformThatIsMissing() {
    assertThatThrownBy(() -> builder.jibBase(image, Platform.LINUX_ARM64))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "small was not built for linux/arm64. Choose one of its platforms, linux/amd64");
  }

  private JibContainerBuilder withAgent(JibBase base) throws Exception {
    Path agent = Files.writeString(directory.resolve("run"), "#!agent");
    return base.from()
        .addLayer(List.of(agent), "/opt/agent")
        .setEntrypoint("/opt/agent/run")
        .setEnvironment(Map.of("A", "1", "B", "2", "C", "3"));
  }
}
