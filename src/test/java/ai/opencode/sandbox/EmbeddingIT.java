package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Target;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Maven project src/it/embedding, built against this build's jar and run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@RequiresOnlyTheBuild
class EmbeddingIT {

  private static final AnApk RIPGREP =
      AnApk.named("ripgrep").withFile("usr/bin/rg", 0755, "#!rg").signed(ASmallUpstream.KEY);

  @TempDir private static Path built;
  private URLClassLoader classes;
  private AStrangersMaven maven;

  private Path directory;
  private ASmallUpstream upstream;

  @BeforeAll
  void buildTheProject() throws IOException, InterruptedException {
    Path project = built.resolve("embedding");
    copy(Path.of("src/it/embedding"), project);
    maven = AStrangersMaven.in(built.resolve("repository"));
    List<String> command = maven.command();
    command.addAll(List.of("-q", "compile"));
    Path log = built.resolve("log");
    Process compiling =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!compiling.waitFor(100, TimeUnit.SECONDS)) {
      compiling.destroyForcibly();
    }
    assertThat(compiling.waitFor()).as(() -> text(log)).isZero();
    URL compiled = project.resolve("target/classes").toUri().toURL();
    classes = new URLClassLoader(new URL[] {compiled}, getClass().getClassLoader());
  }

  @AfterAll
  void close() throws IOException {
    classes.close();
    maven.close();
  }

  @BeforeEach
  void start(@TempDir Path newFolder) throws IOException {
    directory = newFolder;
    upstream = ASmallUpstream.withTheBasesPackages(newFolder.resolve("upstream"), RIPGREP);
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  @Test
  void composesAnImageInTenLines() throws Exception {
    Path layout = directory.resolve("images");
    Object places =
        call(
            "example.ComposeImage",
            "compose",
            List.of(BuildSettings.class, Target.class),
            upstream.settings(),
            Target.of("oci:" + layout));

    assertThat(places)
        .asInstanceOf(InstanceOfAssertFactories.list(Delivery.class))
        .extracting(each -> each.place().toString())
        .containsExactly("oci:" + layout + ":acme/tools");
    BuiltRoot root = BuiltRoot.of(manifest(layout, "acme/tools").layers(), new BlobStore(layout));
    assertThat(root.text("usr/bin/rg")).isEqualTo("#!rg");
  }

  @Test
  void addsFilesWithJib() throws Exception {
    Path agent = Files.writeString(directory.resolve("run"), "#!agent");
    Path layout = directory.resolve("images");
    call(
        "example.ContinueWithJib",
        "withAgent",
        List.of(BuildSettings.class, Path.class, Target.class),
        upstream.settings(),
        agent,
        Target.of("oci:" + layout));

    Manifest manifest = manifest(layout, "acme/agent");
    BlobStore blobs = new BlobStore(layout);
    BuiltRoot root = BuiltRoot.of(manifest.layers(), blobs);
    assertThat(root.text("opt/agent/run")).isEqualTo("#!agent");
    assertThat(root.text("usr/bin/bash")).isEqualTo("bash");
    ImageConfig config = ImageConfig.parse(blobs.read(manifest.config().digest()), "config");
    assertThat(root.entry("opt/agent/run").attributes().mode()).isEqualTo(0755);
    assertThat(config.entrypoint()).startsWith("/sbin/tini");
    assertThat(config.command()).containsExactly("/opt/agent/run");
    assertThat(config.user()).isEqualTo("1000:1000");
  }

  @Test
  void letsJibWriteAFile() throws Exception {
    Path agent = Files.writeString(directory.resolve("run"), "#!agent");
    Path file = directory.resolve("agent.tar");
    call(
        "example.ContinueWithJib",
        "toFile",
        List.of(BuildSettings.class, Path.class, Path.class),
        upstream.settings(),
        agent,
        file);

    assertThat(file).isNotEmptyFile();
  }

  private Object call(String type, String method, List<Class<?>> types, Object... arguments)
      throws Exception {
    try {
      return classes
          .loadClass(type)
          .getMethod(method, types.toArray(Class<?>[]::new))
          .invoke(null, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static Manifest manifest(Path layout, String name) throws IOException {
    OciLayout images = new OciLayout(layout);
    Descriptor index = images.find(name).orElseThrow();
    Descriptor image =
        ImageIndex.parse(images.blobs().read(index.digest()), name).manifests().get(0);
    return Manifest.parse(images.blobs().read(image.digest()), name);
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(from)) {
      walk.filter(Files::isRegularFile).forEach(files::add);
    }
    for (Path file : files) {
      Path copy = to.resolve(from.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
