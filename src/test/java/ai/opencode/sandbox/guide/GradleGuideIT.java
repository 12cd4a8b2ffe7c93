package ai.opencode.sandbox.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.AStrangersMaven;
import ai.opencode.sandbox.RequiresOnlyTheBuild;
import ai.opencode.sandbox.upstream.UpstreamProvider;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page for Java developers, followed with Gradle and with this build's artifacts in a local
 * repository. Gradle reads a POM in another way than Maven: an exclusion counts only if each way to
 * an artifact has it.
 */
@Timeout(300)
@RequiresOnlyTheBuild
class GradleGuideIT {

  private static final String LIBRARY =
      "ai.opencode.sandbox:opencode-sandbox-images:1.0.0-SNAPSHOT";

  /** As many as Maven's class path has; GuestIT holds that to its limit. */
  private static final int MAX_JARS = 25;

  @TempDir private Path directory;
  private AStrangersMaven maven;

  @BeforeEach
  void install() throws IOException {
    assumeTrue(
        gradle().isPresent(), "skipped: no gradle on PATH (Debian's package gradle will do)");
    maven = AStrangersMaven.in(directory.resolve("repository"));
  }

  @AfterEach
  void close() throws IOException {
    if (maven != null) {
      maven.close();
    }
  }

  @Test
  void theCodeOfThePageCompiles() throws Exception {
    Path project = Files.createDirectories(directory.resolve("page"));
    for (GuideBlock block : GuideBlock.of("java-developer.md")) {
      String file = block.info().get("file");
      if (file != null) {
        Path path = project.resolve(file);
        Files.createDirectories(path.resolveSibling(""));
        Files.writeString(path, block.text());
      }
    }
    gradle(project, "compileJava");

    try (Stream<Path> files = Files.walk(project.resolve("build"))) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .contains("Images.class", "Program.class", "Publish.class", "Task.class");
    }
  }

  @Test
  void theClassPathIsNoLargerThanMavens() throws Exception {
    List<Path> jars = classPath("implementation '%s'".formatted(LIBRARY));

    assertThat(jars).hasSizeBetween(20, MAX_JARS).allSatisfy(jar -> assertThat(jar).exists());
    assertThat(jars)
        .map(each -> each.getFileName().toString())
        .contains("opencode-sandbox-images-1.0.0-SNAPSHOT.jar")
        .noneMatch(
            each ->
                each.matches(
                        "(slf4j|logback|picocli|docker-java|bcprov|xz|maven|snakeyaml|jna|jsr305).*")
                    || each.contains("stand-in")
                    || each.contains("tools"))
        // Jib asks for older ones.
        .anyMatch(each -> each.startsWith("guava-33."))
        .doesNotContain("grpc-context-1.70.0.jar");
  }

  @Test
  void theStandInIsAnArtifactOfItsOwn() throws Exception {
    List<Path> jars =
        classPath(
            "implementation '%s'\n  runtimeOnly '%s:stand-in'\n  runtimeOnly '%s'"
                .formatted(LIBRARY, LIBRARY, "org.tukaani:xz:1.12"));

    List<URL> urls = new ArrayList<>();
    for (Path jar : jars) {
      urls.add(jar.toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> provider = loader.loadClass(UpstreamProvider.class.getName());
      assertThat(ServiceLoader.load(provider, loader))
          .singleElement()
          .extracting(each -> each.getClass().getName())
          .asString()
          .startsWith("ai.opencode.sandbox.upstream.standin.");
    }
  }

  private List<Path> classPath(String dependencies) throws Exception {
    Path project = Files.createDirectories(directory.resolve("project"));
    Files.writeString(
        project.resolve("build.gradle"),
        """
        plugins { id 'java' }
        repositories { mavenLocal() }
        dependencies {
          %s
        }
        task classPath { doLast { configurations.runtimeClasspath.each { println it } } }
        """
            .formatted(dependencies));
    return gradle(project, "-q", "classPath")
        .lines()
        .filter(line -> line.endsWith(".jar"))
        .map(Path::of)
        .toList();
  }

  private static Optional<Path> gradle() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(each -> Path.of(each, "gradle"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private String gradle(Path project, String... words) throws IOException, InterruptedException {
    // Without it, Gradle looks for a project in the directories above.
    Files.writeString(project.resolve("settings.gradle"), "rootProject.name = 'acme'\n");
    List<String> command =
        new ArrayList<>(
            List.of(
                gradle().orElseThrow().toString(),
                "--no-daemon",
                "--offline",
                "--console=plain",
                "-Dmaven.repo.local=" + directory.resolve("repository").toAbsolutePath()));
    command.addAll(List.of(words));
    Path log = directory.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("GRADLE_USER_HOME", directory.resolve("gradle").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    int exitCode = process.waitFor();
    String text = Files.readString(log);
    assertThat(exitCode).as(text).isZero();
    return text;
  }
}
