package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.Sandbox;
import ai.opencode.sandbox.failure.UsageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The door for Java: streams, exit code, timeout, cancellation. */
@RequiresEngine
@RequiresImages
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class SandboxIT {

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

  @Test
  void connectsTheStreamsAndReturnsTheExitCode() throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    RunResult result =
        Sandbox.run(
            image
                .shell("cat; echo err >&2; exit 7")
                .withStreams(
                    new RunStreams(
                        new ByteArrayInputStream("in\n".getBytes(StandardCharsets.UTF_8)),
                        out,
                        err)));

    assertThat(result).isEqualTo(new RunResult(7, false));
    assertThat(out).hasToString("in\n");
    assertThat(err).hasToString("err\n");
  }

  @Test
  void discardsTheOutputByDefault() throws IOException, InterruptedException {
    assertThat(Sandbox.run(image.shell("echo out; cat"))).isEqualTo(new RunResult(0, false));
  }

  @Test
  void tellsATimeoutFromAnExitCode() throws IOException, InterruptedException {
    assertThat(Sandbox.run(image.shell("sleep 60").withTimeout(Duration.ofSeconds(5))))
        .isEqualTo(new RunResult(124, true));
    assertThat(Sandbox.run(image.shell("exit 124"))).isEqualTo(new RunResult(124, false));
  }

  @Test
  void runsSeveralAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<RunResult>> runs =
          IntStream.range(0, 3)
              .mapToObj(code -> threads.submit(() -> Sandbox.run(image.shell("exit " + code))))
              .toList();
      for (int code = 0; code < 3; code++) {
        assertThat(runs.get(code).get().exitCode()).isEqualTo(code);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aCancelledFutureRemovesItsContainer() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    CompletableFuture<String> id = new CompletableFuture<>();
    try {
      ByteArrayOutputStream out =
          new ByteArrayOutputStream() {
            @Override
            public void flush() {
              id.complete(toString(StandardCharsets.UTF_8).strip());
            }
          };
      Future<RunResult> run =
          threads.submit(
              () ->
                  Sandbox.run(
                      image
                          .shell("hostname; exec sleep 60")
                          .withStreams(RunStreams.none().withOut(out))));
      assertThat(image.has(id.get())).isTrue();
      run.cancel(true);
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(image.has(id.get())).isFalse();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void saysWhatIsWrongWithARequest() {
    assertThatThrownBy(() -> Sandbox.run(RunRequest.of("oci:target/no-such-directory:base")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no OCI layout");
  }
}
