package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.RequiresRoot;
import ai.opencode.sandbox.engine.LoadedImages.Pruned;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options for tasks with a real Podman. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresImages
@RequiresRoot
// runc works with the older control groups of some machines, too; crun does not.
@RequiresPrograms({"podman", "runc", "conmon"})
@ResourceLock("podman")
@Order(2)
class PodmanTaskIT {

  private APodman podman;
  private BaseImage image;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    podman = APodman.start();
    image = BaseImage.load(environment());
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    if (image != null) {
      image.close();
    }
    if (podman != null) {
      podman.close();
    }
  }

  private Map<String, String> environment() {
    return Map.of("DOCKER_HOST", "unix://" + podman.socket());
  }

  private RunRequest shell(String script) {
    RunRequest request = image.shell(script);
    return request.withOptions(request.options().withNetworkMode("none"));
  }

  @Test
  void aTimeoutEndsTheContainer() throws IOException, InterruptedException {
    BaseImage.Outcome outcome =
        image.run(
            shell("trap '' TERM; hostname; while :; do sleep 0.1; done")
                .withTimeout(Duration.ofSeconds(15))
                .withStopTimeout(Duration.ofSeconds(1)));

    assertThat(outcome.result()).isEqualTo(new RunResult(124, true));
    assertThat(image.has(outcome.out().strip())).isFalse();
  }

  @Test
  void aNamedVolumeOutlivesTheContainer() throws IOException, InterruptedException {
    NamedVolume cache = new NamedVolume("cache", "/home/opencode/.cache", false);

    assertThat(image.run(shell("echo kept >~/.cache/x").withVolumes(List.of(cache))).exitCode())
        .isZero();
    assertThat(
            image
                .run(
                    shell("cat ~/.cache/x; ! touch ~/.cache/y 2>/dev/null")
                        .withVolumes(List.of(new NamedVolume("cache", cache.target(), true))))
                .out())
        .isEqualTo("kept\n");
    assertThat(
            image.client().listVolumesCmd().exec().getVolumes().stream()
                .map(each -> each.getName()))
        .contains("cache");
  }

  @Test
  void aVolumeThatIsADirectoryOfTheHostIsRefused() {
    image
        .client()
        .createVolumeCmd()
        .withName("etc")
        .withDriver("local")
        .withDriverOpts(Map.of("type", "none", "o", "bind", "device", "/etc"))
        .exec();

    assertThatThrownBy(
            () ->
                image.run(
                    shell("cat /data/shadow")
                        .withVolumes(List.of(new NamedVolume("etc", "/data", true)))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a plain volume of the engine: driver local mounts /etc");
  }

  @Test
  void aReadOnlyWorkspaceAndAWorkingDirectory(@TempDir Path directory)
      throws IOException, InterruptedException {
    Files.setAttribute(directory, "unix:uid", 12345);
    Files.createDirectories(directory.resolve("app"));
    RunRequest request =
        shell("pwd; ! touch here 2>/dev/null; mount | grep -c ' /workspace .*[(,]ro[,)]'")
            .withWorkingDirectory("/workspace/app")
            .withHostFiles(
                HostFiles.none().withWorkspace(new Workspace(directory.toRealPath(), true)));

    assertThat(image.run(request).out()).isEqualTo("/workspace/app\n1\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such/directory", "/usr/missing", "/etc/passwd"})
  void aWorkingDirectoryThatTheImageLacksIsRefused(String directory) {
    assertThatThrownBy(() -> image.run(shell("pwd").withWorkingDirectory(directory)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Use another working directory");
    assertThat(image.containers()).isEmpty();
  }

  @Test
  void aTakenNameIsRefused() throws IOException, InterruptedException {
    String other = image.client().createContainerCmd(image.name()).withName("task").exec().getId();
    try {
      assertThatThrownBy(
              () -> image.run(shell("true").withEngine(EngineSettings.standard().withName("task"))))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("The engine already has a container with the name task");
      assertThat(image.has(other)).isTrue();
    } finally {
      image.client().removeContainerCmd(other).exec();
    }
    assertThat(
            image
                .run(
                    shell("echo started")
                        .withEngine(
                            EngineSettings.standard()
                                .withName("task")
                                .withLabels(Map.of("team", "a"))))
                .out())
        .isEqualTo("started\n");
  }

  /** Podman's API ignores the name of a runtime, so another one would be used in silence. */
  @Test
  void onlyTheDefaultRuntimeCanBeChosen() throws IOException, InterruptedException {
    EngineSettings settings = image.settings();

    assertThat(image.run(shell("echo started").withEngine(settings.withRuntime("runc"))).out())
        .isEqualTo("started\n");
    for (String each : List.of("runsc", "crun", "no-such-runtime")) {
      assertThatThrownBy(() -> image.run(shell("true").withEngine(settings.withRuntime(each))))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("with its default runtime runc, not with " + each)
          .hasMessageContaining("in its containers.conf");
    }
    assertThat(image.containers()).isEmpty();
  }

  @Test
  void aPortIsPublishedOnLoopback() throws InterruptedException {
    RunRequest request =
        image
            .shell("sleep 60")
            .withEngine(
                EngineSettings.standard()
                    .withName("server")
                    .withPorts(List.of(PublishedPort.of("0:8080"))));
    Thread thread = new Thread(() -> image.runQuietly(request, OutputStream.nullOutputStream()));
    thread.start();
    while (thread.isAlive() && image.said.stream().noneMatch(each -> each.startsWith("publish "))) {
      Thread.sleep(50);
    }
    try {
      assertThat(image.said)
          .anyMatch(each -> each.matches("publish 127\\.0\\.0\\.1 port \\d+ is port 8080 .*"));
      image
          .client()
          .inspectContainerCmd("server")
          .exec()
          .getNetworkSettings()
          .getPorts()
          .getBindings()
          .values()
          .forEach(
              bindings ->
                  assertThat(bindings)
                      .extracting(each -> each.getHostIp())
                      .containsOnly("127.0.0.1"));
    } finally {
      thread.interrupt();
      thread.join();
    }
  }

  @Test
  void pruneRemovesWhatARunHasLoaded() throws IOException, InterruptedException {
    SandboxRun run = new SandboxRun(Progress.silent(), environment(), Path.of("/nowhere"));
    String container = image.client().createContainerCmd(image.name()).exec().getId();

    assertThat(run.prune()).containsExactly(new Pruned(image.name(), false));
    image.client().removeContainerCmd(container).exec();
    image.client().tagImageCmd(image.name(), "localhost/mine", "1").exec();
    assertThat(run.prune()).containsExactly(new Pruned(image.name(), true));
    image.client().inspectImageCmd("localhost/mine:1").exec();
    image
        .client()
        .tagImageCmd(
            "localhost/mine:1",
            image.name().replaceFirst(":.*", ""),
            image.name().replaceFirst(".*:", ""))
        .exec();
  }
}
