package ai.opencode.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import com.github.dockerjava.api.DockerClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/** Images in files and in an engine, read by other programs. */
@RequiresPrograms("skopeo")
class TargetsIT {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk MORE = AnApk.named("more").withFile("usr/bin/more", 0755, "#!more");

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private SandboxBuilder builder;
  private List<BuiltImage> images;

  @BeforeEach
  void build() throws Exception {
    upstream = ASmallUpstream.in(directory.resolve("upstream"), TOOL, MORE);
    builder = new SandboxBuilder(upstream.settings().withVersion("1.2.3"), Progress.silent());
    ImageDefinition tool = ASmallUpstream.image("tool").withName("sandbox-tool");
    ImageDefinition more = ImageDefinition.from(tool, "sandbox-more").withPackages("more");
    images = builder.build(List.of(tool, more));
  }

  @AfterEach
  void stop() throws Exception {
    if (upstream != null) {
      upstream.close();
    }
  }

  @Test
  void aDockerArchiveHasAllImagesUnderAllTheirNames() throws Exception {
    Path file = directory.resolve("new/images.tar");
    assertThat(builder.send(images, Target.of("docker-archive:" + file)))
        .extracting(each -> each.place().toString())
        .containsExactly(
            "docker-archive:" + file + ":sandbox-tool:1.2.3",
            "docker-archive:" + file + ":sandbox-more:1.2.3");

    for (String name : List.of("sandbox-tool:1.2.3", "sandbox-tool:latest", "sandbox-more:1")) {
      BuiltImage image = images.get(name.startsWith("sandbox-tool") ? 0 : 1);
      String config = Skopeo.run("inspect", "--config", "docker-archive:" + file + ":" + name);
      assertThat(ImageConfig.parse(config.getBytes(UTF_8), name).diffIds())
          .isEqualTo(diffIds(image));
    }
    assertNothingElse(file);
  }

  @Test
  void anOciArchiveHasTheSameDigests() throws Exception {
    Path file = directory.resolve("new/images.oci.tar");
    builder.send(images, Target.of("oci-archive:" + file));

    Path copy = directory.resolve("copy");
    Skopeo.run("copy", "--all", "oci-archive:" + file + ":sandbox-more", "oci:" + copy + ":it");
    assertThat(copy.resolve("blobs/sha256").resolve(images.get(1).index().digest().hex())).exists();
    assertNothingElse(file);
  }

  @Test
  void leavesNoUnfinishedArchive() throws Exception {
    Path file = directory.resolve("new/images.tar");
    for (var layer : images.get(1).platforms().get(0).blobs()) {
      Files.delete(upstream.cache().resolve("blobs/sha256").resolve(layer.digest().hex()));
    }
    assertThatThrownBy(() -> builder.send(images, Target.of("docker-archive:" + file)));
    assertThat(file.getParent()).isEmptyDirectory();
  }

  @Test
  @RequiresEngine
  void theEngineHasThemUnderTheirNames() throws Exception {
    Target target = Target.of("docker-daemon:sandbox-test/");
    builder.requireReachable(List.of(), List.of(target));
    DockerClient engine = DockerClientFactory.lazyClient();
    List<String> names =
        List.of("sandbox-test/sandbox-tool:1.2.3", "sandbox-test/sandbox-more:latest");
    try {
      assertThat(builder.send(images, target)).hasSize(2);
      for (String name : names) {
        assertThat(engine.inspectImageCmd(name).exec().getConfig()).isNotNull();
      }
      // The second time, an image in the engine is only named.
      builder.send(images, target);
    } finally {
      for (var image : engine.listImagesCmd().withReferenceFilter("sandbox-test/*").exec()) {
        engine.removeImageCmd(image.getId()).withForce(true).exec();
      }
    }
  }

  private List<Digest> diffIds(BuiltImage image) throws Exception {
    BlobStore blobs = new BlobStore(upstream.cache());
    Digest digest = image.platforms().get(0).manifest().digest();
    Manifest manifest = Manifest.parse(blobs.read(digest), image.name());
    return ImageConfig.parse(blobs.read(manifest.config().digest()), image.name()).diffIds();
  }

  private static void assertNothingElse(Path file) throws Exception {
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }
}
