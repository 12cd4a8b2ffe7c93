package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application with this library keeps a class path of its own, with the logging and the versions
 * that it has chosen.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresOnlyTheBuild
class GuestIT {

  private static final int MAX_JARS = 25;
  private static final long MAX_BYTES = 13_000_000;
  private static final long MAX_OWN_BYTES = 1_625_000;

  @TempDir private static Path directory;
  private AStrangersMaven maven;

  @BeforeAll
  void install() throws IOException {
    maven = AStrangersMaven.in(directory.resolve("repository"));
  }

  @AfterAll
  void unlink() throws IOException {
    maven.close();
  }

  /** The project alone has nothing but the library, so its class path is the library's. */
  @Test
  void itsClassPathIsSmall() throws Exception {
    Path project = Files.createDirectories(directory.resolve("alone"));
    String pom = Files.readString(Path.of("src/it/embedding/pom.xml"));
    int tools = pom.indexOf("    <!-- For RunTask. -->");
    String alone = pom.substring(0, tools) + pom.substring(pom.indexOf("  </dependencies>"));
    Files.writeString(project.resolve("pom.xml"), alone);
    String log =
        run(
            project,
            "org.codehaus.mojo:exec-maven-plugin:3.6.4:exec",
            "-Dexec.executable=echo",
            "-Dexec.args=%classpath");
    List<Path> jars =
        log.lines()
            .filter(line -> line.contains(".jar:"))
            .flatMap(line -> Stream.of(line.split(":")))
            .filter(each -> each.endsWith(".jar"))
            .map(Path::of)
            .toList();
    long bytes = 0;
    for (Path jar : jars) {
      bytes += Files.size(jar);
    }
    assertThat(jars).hasSizeBetween(20, MAX_JARS);
    assertThat(bytes).isLessThanOrEqualTo(MAX_BYTES);
    assertThat(jars)
        .map(each -> each.getFileName().toString())
        .noneMatch(
            each ->
                each.matches("(slf4j|logback|picocli|docker-java|bcprov|xz|maven|snakeyaml|jna).*")
                    || each.contains("stand-in")
                    || each.contains("tools"));
    // Without Maven's own compression the jar is larger.
    assertThat(Path.of("target", "opencode-sandbox-images-1.0.0-SNAPSHOT.jar"))
        .satisfies(jar -> assertThat(Files.size(jar)).isLessThanOrEqualTo(MAX_OWN_BYTES));
  }

  /** Scanners of an application's jars know ours by this file, and it has no other of Maven's. */
  @Test
  void itsJarHasItsNameAndVersion() throws Exception {
    try (JarFile jar = new JarFile("target/opencode-sandbox-images-1.0.0-SNAPSHOT.jar")) {
      String directory = "META-INF/maven/ai.opencode.sandbox/opencode-sandbox-images/";
      Properties names = new Properties();
      names.load(jar.getInputStream(jar.getEntry(directory + "pom.properties")));
      assertThat(names)
          .containsOnly(
              Map.entry("groupId", "ai.opencode.sandbox"),
              Map.entry("artifactId", "opencode-sandbox-images"),
              Map.entry("version", "1.0.0-SNAPSHOT"));
      assertThat(jar.getEntry(directory + "pom.xml")).isNull();
      assertThat(jar.getEntry("ai/opencode/sandbox/verify/")).isNull();
    }
  }

  @Test
  void anApplicationKeepsItsLoggingAndItsVersions() throws Exception {
    Path project = copy(Path.of("src/it/guest"), directory.resolve("guest"));
    Path docker = Files.createDirectories(directory.resolve("docker"));
    Files.writeString(docker.resolve("agent"), "#!agent");
    TlsIdentity identity = TlsIdentity.forLocalhost(docker);
    try (APrivateRegistry registry = APrivateRegistry.in(directory.resolve("pushed"), identity);
        ASmallUpstream upstream =
            ASmallUpstream.withTheBasesPackages(directory.resolve("upstream"))) {
      Path credentials =
          Files.writeString(
              docker.resolve("config.json"),
              "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}"
                  .formatted(registry.address(), APrivateRegistry.AUTH));
      String log =
          run(
              project,
              "compile",
              "exec:exec",
              "-Dguest.truststore=" + identity.trustStore(docker),
              "-Dguest.arguments="
                  + String.join(
                      " ",
                      registry.address(),
                      upstream.base().toString(),
                      upstream.repository().toString(),
                      upstream.cache().toString(),
                      credentials.toString()));
      assertThat(log)
          .contains("guest.Application -- logging with ch.qos.logback.classic.LoggerContext")
          .contains("json ")
          .containsPattern("jackson (\\S+) \\1\\s")
          .contains("testcontainers 1")
          .contains("user robot")
          .contains("sent " + registry.address() + "/team/acme/tools:dev")
          .contains("sent " + registry.address() + "/team/acme/agent:dev")
          .contains("jib has pushed sha256:")
          .doesNotContain("SLF4J", "commons-logging");
      assertThat(registry.has("team/acme/tools", "dev")).isTrue();
      assertThat(registry.has("team/acme/agent", "dev")).isTrue();
      assertThat(registry.has("team/acme/own", "latest")).isTrue();
    }
  }

  /** Runs Maven, and skips the test where no repository has the application's own libraries. */
  private String run(Path project, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(maven.command());
    command.addAll(List.of(words));
    Path log = directory.resolve("log-" + project.getFileName());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("DOCKER_CONFIG", directory.resolve("docker").toString());
    Process process = builder.start();
    if (!process.waitFor(150, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    int exitCode = process.waitFor();
    String text = Files.readString(log);
    assumeFalse(
        text.contains("Could not transfer artifact"),
        "no repository has what src/it/guest depends on");
    assertThat(exitCode).as(text).isZero();
    return text;
  }

  private static Path copy(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(from)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path copy = to.resolve(from.relativize(file).toString());
      Files.createDirectories(copy.resolveSibling(""));
      Files.copy(file, copy);
    }
    return to;
  }
}
