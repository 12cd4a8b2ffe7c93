package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images for two platforms that go on with Jib and come back with one index. */
class JoinedImagesTest {

  private static final List<Platform> BOTH = List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64);

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private SandboxBuilder builder;
  private BuiltImage image;

  @BeforeEach
  void build() throws Exception {
    upstream =
        ASmallUpstream.forBothPlatforms(
            directory, AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool"));
    builder =
        new SandboxBuilder(
            upstream.settings().withPlatforms(BOTH).withVersion("1.2.3"), Progress.silent());
    image = builder.build(List.of(ASmallUpstream.image("tool"))).get(0);
  }

  @AfterEach
  void close() throws Exception {
    upstream.close();
  }

  @Test
  void haveOneIndexInARegistry() throws Exception {
    BuiltImage agent = builder.join(parts("acme/agent"));

    assertThat(agent.platforms()).extracting(BuiltPlatform::platform).isEqualTo(BOTH);
    assertThat(agent.digest()).isEqualTo(agent.index().digest());
    BlobStore store = new BlobStore(directory.resolve("target"));
    try (EmbeddedRegistry target = EmbeddedRegistry.start(store)) {
      builder.send(List.of(agent), Target.of(target.address() + "/team/"));

      assertThat(target.tags("team/acme/agent")).containsEntry("1.2.3", agent.index());
    }
    ImageIndex index = ImageIndex.parse(store.read(agent.digest()), "index");
    assertThat(index.manifests()).extracting(Descriptor::platform).isEqualTo(BOTH);
    assertThat(index.annotations()).containsEntry("org.opencontainers.image.version", "1.2.3");
    for (BuiltPlatform each : agent.platforms()) {
      BuiltRoot root = BuiltRoot.of(each.blobs(), store);
      assertThat(root.text("usr/bin/tool")).isEqualTo("#!tool");
      assertThat(root.text("opt/agent/agent")).isEqualTo("#!" + each.platform().architecture());
    }
  }

  @Test
  void areMadeByTheExampleOfTheDocumentation() throws Exception {
    Path programs = Files.createDirectories(directory.resolve("programs"));
    for (Platform each : BOTH) {
      Path program = programs.resolve(each.architecture()).resolve("agent");
      Files.createDirectories(program.getParent());
      Files.writeString(program, "#!" + each.architecture());
    }
    BlobStore store = new BlobStore(directory.resolve("target"));
    try (EmbeddedRegistry target = EmbeddedRegistry.start(store)) {
      Class<?> example =
          JavadocExample.of(SandboxBuilder.class)
              .get(1)
              .replacing("builder.build(List.of(SandboxImages.developer())).get(0)", "image")
              .replacing("\"target\"", "\"" + programs + "\"")
              .replacing("registry.example/team/", target.address() + "/team/")
              .compile(directory);
      example.getField("builder").set(null, builder);
      example.getField("image").set(null, image);
      example.getMethod("run").invoke(null);

      Descriptor sent = Objects.requireNonNull(target.tags("team/acme/agent").get("1.2.3"));
      ImageIndex index = ImageIndex.parse(store.read(sent.digest()), "index");
      assertThat(index.manifests()).extracting(Descriptor::platform).isEqualTo(BOTH);
    }
  }

  @Test
  void haveOneIndexInALayout() throws Exception {
    BuiltImage agent = builder.join(parts("acme/agent"));
    Path layout = directory.resolve("layout");

    builder.send(List.of(agent), Target.of("oci:" + layout));

    assertThat(Files.readString(layout.resolve("index.json"))).contains(agent.digest().hex());
    assertThat(builder.join(parts("acme/agent")).digest()).isEqualTo(agent.digest());
  }

  @Test
  void ofAnotherNameVersionOrTheSamePlatformAreRefused() throws Exception {
    List<BuiltImage> parts = parts("acme/agent");
    List<BuiltImage> others = parts("acme/other");
    BuiltImage amd64 = parts.get(0);
    BuiltImage later =
        new BuiltImage(
            amd64.name(), "1.2.4", amd64.upstream(), amd64.index(), parts.get(1).platforms());

    assertThatThrownBy(() -> builder.join(List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessage("There are no images to join. Name one for each platform.");
    assertThatThrownBy(() -> builder.join(List.of(amd64, others.get(1))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("different names, acme/agent and acme/other");
    assertThatThrownBy(() -> builder.join(List.of(amd64, later)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("different versions, 1.2.3 and 1.2.4");
    assertThatThrownBy(() -> builder.join(List.of(amd64, amd64)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("are for linux/amd64");
  }

  private List<BuiltImage> parts(String name) throws Exception {
    List<BuiltImage> parts = new ArrayList<>();
    for (BuiltPlatform each : image.platforms()) {
      try (JibBase base = builder.jibBase(image, each.platform())) {
        String architecture = each.platform().architecture();
        Path program = directory.resolve(architecture).resolve("agent");
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!" + architecture);
        JibContainerBuilder jib =
            base.from().addLayer(List.of(program), "/opt/agent").setEntrypoint("/opt/agent/agent");
        parts.add(base.containerize(jib, name));
      }
    }
    return parts;
  }
}
