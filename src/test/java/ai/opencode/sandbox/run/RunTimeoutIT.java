package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that a timeout or an interruption ends, in each of their stages. */
@RequiresEngine
@RequiresImages
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RunTimeoutIT {

  private static final Path WORKSPACE = Path.of("target").toAbsolutePath();
  private static final RunResult TIMED_OUT = new RunResult(124, true);

  private BaseImage image;

  @BeforeAll
  void load() throws IOException, InterruptedException {
    image = BaseImage.load();
  }

  @AfterAll
  void remove() throws IOException {
    if (image != null) {
      image.close();
    }
  }

  private BaseImage.Outcome run(String script, Duration timeout)
      throws IOException, InterruptedException {
    return image.run(
        image.shell(script).withTimeout(timeout).withStopTimeout(Duration.ofSeconds(1)));
  }

  @Test
  void endsTheContainerWithExitCode124() throws IOException, InterruptedException {
    image.said.clear();
    long start = System.nanoTime();
    BaseImage.Outcome outcome = run("hostname; exec sleep 60", Duration.ofSeconds(10));

    assertThat(outcome.result()).isEqualTo(TIMED_OUT);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(60));
    assertThat(image.has(outcome.out().strip())).isFalse();
    assertThat(image.said).containsExactly("The run was ended by its timeout of 10s.");
  }

  @Test
  void killsAProgramThatIgnoresTheSignal() throws IOException, InterruptedException {
    BaseImage.Outcome outcome =
        run("trap '' TERM; hostname; while :; do sleep 0.1; done", Duration.ofSeconds(10));

    assertThat(outcome.result()).isEqualTo(TIMED_OUT);
    assertThat(image.has(outcome.out().strip())).isFalse();
  }

  /** As of timeout(1): an orderly end by the signal is not the end of the task. */
  @Test
  void isExitCode124AlsoIfTheProgramEndsOrderlyByTheSignal()
      throws IOException, InterruptedException {
    BaseImage.Outcome outcome =
        run("trap 'echo saved; exit 0' TERM; while :; do sleep 0.1; done", Duration.ofSeconds(10));

    assertThat(outcome.result()).isEqualTo(TIMED_OUT);
    assertThat(outcome.out()).isEqualTo("saved\n");
  }

  @Test
  void leavesTheExitCodeOfAProgramThatEndsInTimeAlone() throws IOException, InterruptedException {
    assertThat(run("exit 124", Duration.ofMinutes(1)).result())
        .isEqualTo(new RunResult(124, false));
    assertThat(run("exit 3", Duration.ofDays(400_000)).result()).isEqualTo(new RunResult(3, false));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 100, 200, 300, 400, 600})
  void leavesNothingBehindInAnyStage(int milliseconds) throws IOException, InterruptedException {
    BaseImage.Outcome outcome = run("exec sleep 60", Duration.ofMillis(milliseconds));

    assertThat(outcome.result()).isEqualTo(TIMED_OUT);
    assertThat(everything(image.client())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 20, 50, 100, 150, 200, 250, 300, 400, 600})
  void anInterruptionLeavesNothingBehindInAnyStage(int milliseconds)
      throws IOException, InterruptedException {
    List<Throwable> failures = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                image.run(image.shell("exec sleep 60").withWorkspace(WORKSPACE));
              } catch (Throwable e) {
                failures.add(e);
              }
            });
    thread.start();
    Thread.sleep(milliseconds);
    thread.interrupt();
    thread.join(20_000);

    assertThat(thread.isAlive()).isFalse();
    assertThat(failures).singleElement().isInstanceOf(InterruptedException.class);
    assertThat(everything(image.client())).isEmpty();
  }

  /** The registry accepts connections and never answers. */
  @Test
  void countsAPullThatNeverEnds() throws IOException, InterruptedException {
    try (ServerSocket registry = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      long start = System.nanoTime();
      BaseImage.Outcome outcome =
          image.run(
              RunRequest.of("127.0.0.1:" + registry.getLocalPort() + "/never:1")
                  .withTimeout(Duration.ofSeconds(2)));

      assertThat(outcome.result()).isEqualTo(TIMED_OUT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
    }
  }

  @Test
  void theCommandEndsWithTheCodeAndASentence() throws IOException, InterruptedException {
    try (RunProcess run =
        RunProcess.start(
            "--timeout=10s",
            "--stop-timeout=1",
            "--workspace=target",
            image.name(),
            "--",
            "sleep",
            "60")) {
      assertThat(run.exitCode()).isEqualTo(124);
      assertThat(run.errors()).contains("warning: The run was ended by its timeout of 10s.");
    }
  }

  /** Returns the engine's containers of these runs, and its volumes for their workspace. */
  private List<String> everything(DockerClient client) {
    List<String> all = new ArrayList<>(image.containers());
    client.listVolumesCmd().exec().getVolumes().stream()
        .filter(each -> each.getName().startsWith("opencode-sandbox-"))
        .filter(each -> WORKSPACE.toString().equals(workspace(client, each.getName())))
        .forEach(each -> all.add(each.getName()));
    return all;
  }

  private static String workspace(DockerClient client, String volume) {
    try {
      return client
          .inspectVolumeCmd(volume)
          .exec()
          .getLabels()
          .getOrDefault("ai.opencode.sandbox.mount", "");
    } catch (NotFoundException e) {
      return ""; // It was another test's.
    }
  }
}
