package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.RequiresRoot;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.EngineKind;
import ai.opencode.sandbox.security.ExportFormat;
import ai.opencode.sandbox.security.SecurityOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A real Podman with state of its own, used through its API socket and its command line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresImages
@RequiresRoot
// runc works with the older control groups of some machines, too; crun does not.
@RequiresPrograms({"podman", "runc", "conmon"})
@ResourceLock("podman")
@Order(2)
class PodmanIT {

  private APodman podman;
  private String image = "";

  @BeforeAll
  void start() throws IOException, InterruptedException {
    podman = APodman.start();
    try (Engine engine = Engine.connect(EngineAddress.find(environment(), Path.of("/nowhere")))) {
      assertThat(engine.kind()).isEqualTo(EngineKind.PODMAN);
      String layout = System.getProperty("sandbox.contract.layout", "target/images");
      image =
          new EngineImages(engine, Progress.silent())
              .require("oci:" + Path.of(layout).toAbsolutePath() + ":opencode-sandbox-base");
    }
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    if (podman != null) {
      podman.close();
    }
  }

  private Map<String, String> environment() {
    return Map.of("DOCKER_HOST", "unix://" + podman.socket());
  }

  private int run(SecurityOptions options, String script, ByteArrayOutputStream out)
      throws IOException, InterruptedException {
    return new SandboxRun(Progress.silent(), environment(), Path.of("/nowhere"))
        .run(
            RunRequest.of(image)
                .withOptions(options.withNetworkMode("none"))
                .withCommand(List.of("sh", "-c", script))
                .withStreams(RunStreams.none().withOut(out)))
        .exitCode();
  }

  @Test
  void aRunOverTheSocketIsHardened() throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code = run(SecurityOptions.hardened(), Probe.SCRIPT + "; exit 42", out);

    // The API cannot switch off the writable directories that Podman adds to a read-only root.
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(Probe.ANSWER);
    assertThat(code).isEqualTo(42);
  }

  @Test
  void anotherUserWorksAsWell() throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    run(SecurityOptions.hardened().withUser("12345:54321"), Probe.SCRIPT, out);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(Probe.ANSWER.replaceFirst("1000", "12345"));
  }

  @Test
  void processorTimeIsLimitedOverTheSocketAndByTheCommand()
      throws IOException, InterruptedException {
    SecurityOptions half =
        SecurityOptions.hardened()
            .withNetworkMode("none")
            .withLimits(SecurityOptions.hardened().limits().withCpus(Cpus.of("0.5")));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    run(half, ExportIT.QUOTA, out);
    String command =
        ExportFormat.PODMAN
            .export(half, image)
            .replace("podman run --rm --interactive --tty ", podman.command() + " run --rm ");

    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("50000\n");
    assertThat(
            Probe.output(
                podman.environment(),
                List.of("sh", "-c", command.stripTrailing() + " sh -c '" + ExportIT.QUOTA + "'")))
        .startsWith("50000\n");
  }

  @Test
  void podmanGetsEachOptionOfItsCommand() throws IOException, InterruptedException {
    String command =
        ExportFormat.PODMAN
            .export(OtherOptions.options(), image)
            .replace("podman run --rm --interactive --tty ", podman.command() + " run --rm ");

    assertThat(Probe.output(podman.environment(), List.of("sh", "-c", OtherOptions.in(command))))
        .isEqualTo(OtherOptions.ANSWER);
  }

  @Test
  void theCommandStartsAHardenedContainer() throws IOException, InterruptedException {
    String command =
        ExportFormat.PODMAN
            .export(SecurityOptions.hardened().withNetworkMode("none"), image)
            .replace("podman run --rm --interactive --tty ", podman.command() + " run --rm ");

    assertThat(
            Probe.output(podman.environment(), List.of("sh", "-c", ExportIT.inContainer(command))))
        .isEqualTo(Probe.ANSWER);
  }
}
