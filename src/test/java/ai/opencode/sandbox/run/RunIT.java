package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.engine.LayoutImage;
import ai.opencode.sandbox.export.DockerArchive;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.EngineKind;
import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.DockerClientFactory;

/** Runs of this build's base image, as {@code opencode-sandbox run} starts them. */
@RequiresEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@RequiresImages
class RunIT {

  private static final String IMAGE =
      "oci:"
          + Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath()
          + ":opencode-sandbox-base";

  private final List<String> said = new ArrayList<>();
  private String image = "";

  /** The result of a run. */
  private record Outcome(int exitCode, String out, String err) {}

  /** Loads the image once, because that takes longer than a test should. */
  @BeforeAll
  void loadImage() throws IOException, InterruptedException {
    try (Engine engine = engine()) {
      image = new EngineImages(engine, Progress.silent()).require(IMAGE);
    }
  }

  @AfterAll
  void removeImage() {
    if (!image.isEmpty()) {
      DockerClientFactory.lazyClient().removeImageCmd(image).exec();
    }
  }

  @BeforeEach
  void forgetWhatWasSaid() {
    said.clear();
  }

  private static Engine engine() throws IOException {
    return Engine.connect(
        EngineAddress.find(System.getenv(), Path.of(System.getProperty("user.home"))));
  }

  private Outcome run(RunRequest request, String input) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    int exitCode =
        new SandboxRun(listener())
            .run(request.withStreams(new RunStreams(in, out, err)))
            .exitCode();
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Outcome run(String... command) throws IOException, InterruptedException {
    return run(RunRequest.of(image).withCommand(List.of(command)), "");
  }

  private Outcome shell(String script) throws IOException, InterruptedException {
    return run("sh", "-euc", script);
  }

  private Progress listener() {
    return new AProgress() {
      @Override
      public void step(String stage, String detail) {
        said.add(stage);
      }

      @Override
      public void done(String stage, String detail) {}

      @Override
      public void warn(String sentence) {
        said.add(sentence);
      }
    };
  }

  @ParameterizedTest
  @CsvSource({"0", "7", "255"})
  void exitCodeIsTheCommands(int code) throws IOException, InterruptedException {
    assertThat(shell("exit " + code).exitCode()).isEqualTo(code);
  }

  @Test
  void aCommandThatDoesNotExistIsExitCode127() throws IOException, InterruptedException {
    assertThat(run("/no/such/command").exitCode()).isEqualTo(127);
  }

  @Test
  void outputAndErrorsAreSeparate() throws IOException, InterruptedException {
    assertThat(shell("echo out; echo err >&2")).isEqualTo(new Outcome(0, "out\n", "err\n"));
  }

  @Test
  void inputAndItsEndReachTheCommand() throws IOException, InterruptedException {
    String input = "0123456789abcde\n".repeat(100_000);

    assertThat(run(RunRequest.of(image).withCommand(List.of("cat")), input))
        .isEqualTo(new Outcome(0, input, ""));
  }

  @Test
  void everyByteOfALongOutputArrives() throws IOException, InterruptedException {
    Outcome outcome = shell("head -c 20000000 /dev/zero");

    assertThat(outcome.out().length()).isEqualTo(20_000_000);
  }

  @Test
  void theKernelConfirmsTheHardening() throws IOException, InterruptedException {
    Outcome outcome = shell("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status");
    String effective;
    try (Engine engine = engine()) {
      effective = engine.kind() == EngineKind.PODMAN ? "0000000000000400" : "0000000000000000";
    }

    assertThat(outcome.out().replace("\t", "").lines())
        .contains(
            "CapInh:" + effective,
            "CapPrm:" + effective,
            "CapEff:" + effective,
            "CapBnd:0000000000000400",
            "CapAmb:" + effective,
            "NoNewPrivs:1",
            "Seccomp:2");
    assertThat(shell("! touch /etc/x /usr/bin/x /x /home/x /var/x 2>&1").exitCode()).isZero();
    assertThat(shell("id -u; id -g").out()).isEqualTo("1000\n1000\n");
  }

  @Test
  void everyWritablePathIsWritable() throws IOException, InterruptedException {
    String paths =
        SecurityOptions.hardened().writablePaths().stream()
            .map(WritablePath::path)
            .collect(Collectors.joining(" "));

    assertThat(
            shell(
                "for path in "
                    + paths
                    + "; do printf '#!/bin/sh\\n' >$path/x; chmod +x $path/x; $path/x; done"))
        .isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void processesAreLimited() throws IOException, InterruptedException {
    SecurityOptions few =
        SecurityOptions.hardened().withLimits(SecurityOptions.hardened().limits().withPids(32));
    Outcome outcome =
        run(
            RunRequest.of(image)
                .withOptions(few)
                .withCommand(
                    List.of("bash", "-c", "for i in {1..64}; do sleep 5 & done; echo survived")),
            "");

    assertThat(outcome.err()).contains("Resource temporarily unavailable");
  }

  @Test
  void theWorkspaceIsTheDirectoryAndItsOwnerTheUser(@TempDir Path directory)
      throws IOException, InterruptedException {
    if (((Number) Files.getAttribute(directory, "unix:uid")).intValue() == 0) {
      Files.setAttribute(directory, "unix:uid", 12345);
      Files.setAttribute(directory, "unix:gid", 54321);
    }
    Files.writeString(directory.resolve("given"), "from outside");

    Outcome outcome =
        run(
            RunRequest.of(image)
                .withWorkspace(directory)
                .withCommand(
                    List.of(
                        "sh", "-euc", "cat given; echo made >here; touch ~/.config/opencode/x")),
            "");

    assertThat(outcome).isEqualTo(new Outcome(0, "from outside", ""));
    assertThat(directory.resolve("here"))
        .hasContent("made\n")
        .satisfies(
            made -> {
              for (String owner : List.of("unix:uid", "unix:gid")) {
                assertThat(Files.getAttribute(made, owner))
                    .isEqualTo(Files.getAttribute(directory, owner));
              }
            });
    assertThat(said).noneMatch(sentence -> sentence.contains("workspace"));
  }

  @Test
  void tiniIsTheFirstProcessAndReapsOrphans() throws IOException, InterruptedException {
    // A shell would reap them as well. Node as the first process would leave them all.
    Outcome outcome =
        run(
            "node",
            "-e",
            """
            const { spawn, execSync } = require("node:child_process");
            for (let i = 0; i < 8; i++) spawn("sh", ["-c", "sleep 0.2 & exit"
                + " 0"], { stdio: "ignore" });
            setTimeout(() => process.stdout.write(execSync(
              "cat /proc/1/comm; cat /proc/[0-9]*/stat | grep -c ') Z' || true")), 1200);
            """);

    assertThat(outcome.out().lines().map(String::strip)).containsExactly("tini", "0");
  }

  @Test
  void harmlessFilesOfTheSystemMayBeRead() throws IOException, InterruptedException {
    RunRequest request =
        RunRequest.of(image)
            .withCommand(
                List.of("sh", "-c", "test -s /etc/localtime; ! touch /usr/share/x 2>/dev/null"))
            .withOptions(SecurityOptions.hardened().withNetworkMode("bridge"))
            .withMounts(
                List.of(
                    HostMount.of(Path.of("/etc/localtime"), "/etc/localtime", true),
                    HostMount.of(Path.of("/usr/share/zoneinfo"), "/usr/share/zoneinfo", true)));

    assumeTrue(Files.exists(Path.of("/usr/share/zoneinfo")), "skipped: no /usr/share/zoneinfo");
    assertThat(run(request, "")).isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void removesTheContainerAndItsVolumes() throws IOException, InterruptedException {
    DockerClient engine = DockerClientFactory.lazyClient();
    Outcome outcome = shell("hostname; mount | grep -c ' /workspace '");
    String id = outcome.out().lines().findFirst().orElseThrow();

    assertThat(id).matches("[0-9a-f]{12}");
    assertThatThrownBy(() -> engine.inspectContainerCmd(id).exec())
        .isInstanceOf(NotFoundException.class);
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void aSignalEndsTheContainerWithinASecond(String signal, int exitCode)
      throws IOException, InterruptedException {
    try (RunProcess run =
        RunProcess.start(image, "--workspace", "target", "--", "sh", "-c", "hostname; sleep 60")) {
      String id = run.line();
      long start = System.nanoTime();
      run.signal(signal);

      assertThat(run.exitCode()).isEqualTo(exitCode);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
      assertThatThrownBy(() -> DockerClientFactory.lazyClient().inspectContainerCmd(id).exec())
          .isInstanceOf(NotFoundException.class);
    }
  }

  @Test
  void theCommandMayHandleTheSignal() throws IOException, InterruptedException {
    try (RunProcess run =
        RunProcess.start(
            image,
            "--workspace",
            "target",
            "--",
            "bash",
            "-c",
            "trap 'echo cleaned; exit 42' TERM; echo ready; while :; do sleep 0.05; done")) {
      assertThat(run.line()).isEqualTo("ready");
      run.signal("TERM");

      assertThat(run.line()).isEqualTo("cleaned");
      assertThat(run.exitCode()).isEqualTo(42);
    }
  }

  @Test
  void aCommandThatIgnoresTheSignalIsKilledAfterTheTimeout()
      throws IOException, InterruptedException {
    try (RunProcess run =
        RunProcess.start(
            image,
            "--workspace",
            "target",
            "--stop-timeout",
            "1",
            "--",
            "bash",
            "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.05; done")) {
      assertThat(run.line()).isEqualTo("ready");
      run.signal("TERM");

      assertThat(run.exitCode()).isEqualTo(137);
    }
  }

  @Test
  void theThirdInterruptionKills() throws IOException, InterruptedException {
    try (RunProcess run =
        RunProcess.start(
            image,
            "--workspace",
            "target",
            "--",
            "bash",
            "-c",
            "trap 'echo no' INT; echo ready; while :; do sleep 0.05; done")) {
      assertThat(run.line()).isEqualTo("ready");
      run.signal("INT");
      assertThat(run.line()).isEqualTo("no");
      run.signal("INT");
      assertThat(run.line()).isEqualTo("no");
      run.signal("INT");

      assertThat(run.exitCode()).isEqualTo(137);
    }
  }

  @Test
  void aTerminalIsHandedThrough() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "skipped: no script");
    String command = RunProcess.quoted(RunProcess.command(image, "--workspace", "target"));
    Process terminal =
        new ProcessBuilder(
                "/usr/bin/script", "-qec", "stty rows 33 cols 99; " + command, "/dev/null")
            .redirectErrorStream(true)
            .start();
    try (var keys = terminal.outputWriter(StandardCharsets.UTF_8)) {
      // The prompt comes first, and no output follows before a key is pressed.
      StringBuilder screen = new StringBuilder();
      InputStream out = terminal.getInputStream();
      while (!screen.toString().contains("/workspace$ ")) {
        int character = out.read();
        assertThat(character).as("after: %s", screen).isNotNegative();
        screen.append((char) character);
      }
      keys.write("stty size; echo $((6*7))\nexit 5\n");
      keys.flush();
      screen.append(new String(out.readAllBytes(), StandardCharsets.UTF_8));

      assertThat(screen.toString()).contains("33 99").contains("42");
      assertThat(terminal.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(terminal.exitValue()).isEqualTo(5);
    } finally {
      terminal.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--privileged                      | is root on the host",
        "--cap-add=SYS_ADMIN               | SYS_ADMIN mounts file systems",
        "--cap-add=ALL                     | ALL is every power of root",
        "--workspace=/                     | home directory",
        "--volume=/etc:/etc                | host's system",
        "--volume=/proc:/p                 | host's system",
        "--volume=/usr/bin:/b:ro           | host's system",
        "--volume=/bin:/b                  | host's system",
        "--volume=/etc/localtime:/l        | host's system",
        "--network=container:x             | shares a network stack",
        "--network=pasta:-T,auto           | host's loopback",
        "--network=host                    | shares a network stack",
        "--user=0:0                        | root",
        "--seccomp=unconfined              | system call",
        "--writable                        | a writable root file system"
      })
  void refusesWhatWouldBeNoSandbox(String option, String reason)
      throws IOException, InterruptedException {
    try (RunProcess run = RunProcess.start(option, image, "--", "echo", "started")) {
      assertThat(run.errors()).contains(reason).hasLineCount(1);
      assertThat(run.line()).isEqualTo("null");
      assertThat(run.exitCode()).isEqualTo(2);
    }
  }

  @Test
  void refusesTheSocketOfTheEngine() throws IOException {
    try (Engine engine = engine()) {
      assumeTrue(engine.address().isUnixSocket(), "skipped: no socket file of the engine");
      Path socket = engine.address().socket();
      RunRequest request = RunRequest.of(image).withWorkspace(socket.toRealPath().getParent());

      assertThatThrownBy(() -> run(request, ""))
          .isInstanceOf(UsageException.class)
          .hasMessageMatching("(?s).*(socket|host's system).*");
    }
  }

  /** The accepted risk is another one. Its warning comes between check and use. */
  @Test
  void doesNotStartWithAnotherWorkspaceThanTheJudgedOne(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path workspace = Files.createDirectory(directory.toRealPath().resolve("workspace"));
    Path keys = Files.createDirectory(directory.resolve("keys"));
    Progress swapping =
        new AProgress() {
          @Override
          public void step(String stage, String detail) {}

          @Override
          public void done(String stage, String detail) {}

          @Override
          public void warn(String sentence) {
            try {
              if (!Files.isSymbolicLink(workspace)) {
                Files.move(workspace, directory.resolve("aside"));
                Files.createSymbolicLink(workspace, keys);
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    RunRequest request =
        RunRequest.of(image)
            .withCommand(List.of("touch", "here"))
            .withStopTimeout(Duration.ofSeconds(1))
            .withOptions(SecurityOptions.hardened().withUser("0:0"))
            .withHostFiles(HostFiles.none().withWorkspace(workspace).withMatchOwner(false))
            .withAccepted(true);

    assertThatThrownBy(() -> new SandboxRun(swapping).run(request))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("was replaced after it had been checked");
    assertThat(keys).isEmptyDirectory();
  }

  @Test
  void anAcceptedRiskIsRun(@TempDir Path directory) throws IOException, InterruptedException {
    RunRequest request =
        RunRequest.of(image)
            .withCommand(List.of("id", "-u"))
            .withStopTimeout(Duration.ofSeconds(1))
            .withOptions(SecurityOptions.hardened().withUser("0:0").withReadonlyRootfs(false))
            .withHostFiles(HostFiles.none().withWorkspace(directory).withMatchOwner(false))
            .withAccepted(true);

    assertThat(run(request, "").out()).isEqualTo("0\n");
    assertThat(said).anyMatch(sentence -> sentence.startsWith("This is not a sandbox: "));
  }

  @Test
  void namesAMissingImage() {
    assertThatThrownBy(() -> run(RunRequest.of("oci:target/no-such-directory:base"), ""))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no OCI layout at target/no-such-directory");
    assertThatThrownBy(() -> run(RunRequest.of(IMAGE + "-nightly"), ""))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"opencode-sandbox-base-nightly\"")
        .hasMessageContaining("Name one of its images: opencode-sandbox-base");
  }

  @Test
  void anImageOfALayoutIsLoadedOnce() throws IOException, InterruptedException {
    assertThat(run(RunRequest.of(IMAGE).withCommand(List.of("true")), "").exitCode()).isZero();
    assertThat(said).doesNotContain("load");
  }

  /** Some engines cannot reach this machine's loopback. */
  @Test
  void anImageOfALayoutCanBeSentAsAnArchive() throws IOException, InterruptedException {
    String name = "localhost/opencode-sandbox-archive:test";
    try (Engine engine = engine()) {
      LayoutImage image = LayoutImage.find(IMAGE, Platform.host());
      new EngineImages(engine, Progress.silent())
          .send(
              new DockerArchive(
                  image.layout().blobs(),
                  List.of(new DockerArchive.NamedImage(image.manifest(), List.of(name)))));

      assertThat(run(RunRequest.of(name).withCommand(List.of("whoami")), "").out())
          .isEqualTo("opencode\n");
      engine.client().removeImageCmd(name).exec();
    }
  }
}
