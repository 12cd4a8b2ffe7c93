package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.EngineKind;
import ai.opencode.sandbox.security.ExportFormat;
import ai.opencode.sandbox.security.SecurityOptions;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/** Output of the command {@code security} for Docker and Compose, run by these programs. */
@RequiresEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresImages
class ExportIT {

  private static final Path DOCKER = Path.of("/usr/bin/docker");
  private static final Path COMPOSE = Path.of("/usr/bin/docker-compose");

  /** The kernel's own file; control groups of the second version have another one. */
  static final String QUOTA =
      "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us 2>/dev/null"
          + " || cut -d\" \" -f1 /sys/fs/cgroup/cpu.max";

  private String image = "";
  private Map<String, String> environment = Map.of();

  @BeforeAll
  void loadImage() throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("user.home"));
    EngineAddress address = EngineAddress.find(System.getenv(), home);
    environment = Map.of("DOCKER_HOST", address.uri().toString());
    try (Engine engine = Engine.connect(address)) {
      assumeTrue(engine.kind() == EngineKind.DOCKER, "skipped: no Docker, but another engine");
      String layout = System.getProperty("sandbox.contract.layout", "target/images");
      image =
          new EngineImages(engine, Progress.silent())
              .require("oci:" + Path.of(layout).toAbsolutePath() + ":opencode-sandbox-base");
    }
  }

  @AfterAll
  void removeImage() {
    if (!image.isEmpty()) {
      DockerClientFactory.lazyClient().removeImageCmd(image).withForce(true).exec();
    }
  }

  /** The printed command without the terminal, which this process does not have. */
  @Test
  void theDockerCommandStartsAHardenedContainer() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(DOCKER), "skipped: no docker");
    String command =
        ExportFormat.DOCKER
            .export(SecurityOptions.hardened().withNetworkMode("none"), image)
            .replace("docker run --rm --interactive --tty ", DOCKER + " run --rm ");

    assertThat(Probe.output(environment, List.of("sh", "-c", inContainer(command))))
        .isEqualTo(Probe.ANSWER);
  }

  private static SecurityOptions halfOfAProcessor() {
    SecurityOptions options = SecurityOptions.hardened().withNetworkMode("none");
    return options.withLimits(options.limits().withCpus(Cpus.of("0.5")));
  }

  @Test
  void theDockerCommandLimitsProcessorTime() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(DOCKER), "skipped: no docker");
    String command =
        ExportFormat.DOCKER
            .export(halfOfAProcessor(), image)
            .replace("docker run --rm --interactive --tty ", DOCKER + " run --rm ");

    assertThat(
            Probe.output(
                environment,
                List.of("sh", "-c", command.stripTrailing() + " sh -c '" + QUOTA + "'")))
        .startsWith("50000\n");
  }

  @Test
  void composeLimitsProcessorTime(@TempDir Path directory)
      throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(COMPOSE), "skipped: no docker-compose");
    Path file = directory.resolve("docker-compose.yml");
    Files.writeString(file, ExportFormat.COMPOSE.export(halfOfAProcessor(), image));
    List<String> compose =
        List.of(COMPOSE.toString(), "-p", "cpus" + ProcessHandle.current().pid(), "-f", "" + file);
    try {
      assertThat(
              Probe.output(
                  environment, with(compose, "run", "--rm", "-T", "sandbox", "sh", "-c", QUOTA)))
          .startsWith("50000\n");
    } finally {
      Probe.output(environment, with(compose, "down", "--volumes"));
    }
  }

  @Test
  void dockerGetsEachOptionOfItsCommand() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(DOCKER), "skipped: no docker");
    String command =
        ExportFormat.DOCKER
            .export(OtherOptions.options(), image)
            .replace("docker run --rm --interactive --tty ", DOCKER + " run --rm ");

    assertThat(Probe.output(environment, List.of("sh", "-c", OtherOptions.in(command))))
        .isEqualTo(OtherOptions.ANSWER);
  }

  @Test
  void dockerGetsEachOptionOfTheDevcontainer() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(DOCKER), "skipped: no docker");
    List<String> command = new ArrayList<>(List.of(DOCKER.toString(), "run", "--rm"));
    JsonNode file = devcontainer(OtherOptions.options());
    file.path("runArgs").forEach(each -> command.add(each.asText()));
    file.path("capAdd").forEach(each -> command.add("--cap-add=" + each.asText()));
    file.path("securityOpt").forEach(each -> command.add("--security-opt=" + each.asText()));
    command.addAll(List.of("--user", file.path("containerUser").asText()));
    command.addAll(List.of(image, "sh", "-c", OtherOptions.SCRIPT));

    assertThat(Probe.output(environment, command)).isEqualTo(OtherOptions.ANSWER);
  }

  @Test
  void composeGetsEachOption(@TempDir Path directory) throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(COMPOSE), "skipped: no docker-compose");
    Path file = directory.resolve("docker-compose.yml");
    Files.writeString(file, ExportFormat.COMPOSE.export(OtherOptions.options(), image));
    List<String> compose =
        List.of(COMPOSE.toString(), "-p", "all" + ProcessHandle.current().pid(), "-f", "" + file);
    try {
      assertThat(
              Probe.output(
                  environment,
                  with(compose, "run", "--rm", "-T", "sandbox", "sh", "-c", OtherOptions.SCRIPT)))
          .isEqualTo(OtherOptions.ANSWER);
    } finally {
      Probe.output(environment, with(compose, "down", "--volumes"));
    }
  }

  /** The arguments of a dev container are those of docker, which reads them here. */
  @Test
  void dockerReadsTheArgumentsOfTheDevcontainer() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(DOCKER), "skipped: no docker");
    List<String> command = new ArrayList<>(List.of(DOCKER.toString(), "run", "--rm"));
    devcontainer(halfOfAProcessor()).path("runArgs").forEach(each -> command.add(each.asText()));
    command.addAll(List.of(image, "sh", "-c", QUOTA));

    assertThat(Probe.output(environment, command)).startsWith("50000\n");
  }

  private JsonNode devcontainer(SecurityOptions options) throws IOException {
    return JsonMapper.builder()
        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
        .build()
        .readTree(ExportFormat.DEVCONTAINER.export(options, image));
  }

  @Test
  void composeStartsAHardenedContainer(@TempDir Path directory)
      throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(COMPOSE), "skipped: no docker-compose");
    Path file = directory.resolve("docker-compose.yml");
    SecurityOptions options = SecurityOptions.hardened().withNetworkMode("none");
    Files.writeString(file, ExportFormat.COMPOSE.export(options, image));
    List<String> compose =
        List.of(
            COMPOSE.toString(), "-p", "sandbox" + ProcessHandle.current().pid(), "-f", "" + file);

    assertThat(Probe.output(environment, with(compose, "config"))).contains("read_only: true");
    try {
      assertThat(
              Probe.output(
                  environment,
                  with(compose, "run", "--rm", "-T", "sandbox", "sh", "-c", Probe.SCRIPT)))
          .isEqualTo(Probe.ANSWER);
    } finally {
      Probe.output(environment, with(compose, "down", "--volumes"));
    }
  }

  static String inContainer(String command) {
    return command.stripTrailing() + " sh -c '" + Probe.SCRIPT + "'";
  }

  private static List<String> with(List<String> command, String... more) {
    return Stream.concat(command.stream(), List.of(more).stream()).toList();
  }
}
