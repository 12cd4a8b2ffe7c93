package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.EngineKind;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory that is swapped after its last check: the container sees the checked one or none. */
@RequiresEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@RequiresImages
class HeldMountIT {

  private static final String IMAGE =
      "oci:"
          + Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath()
          + ":opencode-sandbox-base";

  private Engine engine;
  private String image = "";
  private Path parent;
  private Path workspace;
  private Path keys;

  @BeforeAll
  void loadImage() throws IOException, InterruptedException {
    engine =
        Engine.connect(
            EngineAddress.find(System.getenv(), Path.of(System.getProperty("user.home"))));
    // Only such an engine sees what this process holds open.
    assumeTrue(System.getProperty("os.name", "").equals("Linux"), "skipped: no Linux");
    assumeTrue(engine.address().isUnixSocket(), "skipped: no socket file of the engine");
    assumeTrue(engine.kind() == EngineKind.DOCKER, "skipped: no Docker");
    assumeTrue(!engine.mapsUsers(), "skipped: no engine with this machine's users");
    image = new EngineImages(engine, Progress.silent()).require(IMAGE);
  }

  @AfterAll
  void disconnect() throws IOException {
    if (engine != null) {
      engine.close();
    }
  }

  @BeforeEach
  void makeAWorkspace(@TempDir Path folder) throws IOException {
    Path real = folder.toRealPath();
    parent = real.resolve("parent");
    workspace = Files.createDirectories(parent.resolve("workspace"));
    Files.writeString(workspace.resolve("which"), "judged");
    keys = Files.createDirectories(real.resolve("keys/workspace"));
    Files.writeString(keys.resolve("which"), "secret");
    for (Path each : List.of(workspace, keys)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
  }

  private RunRequest request(String script) {
    return RunRequest.of(image).withWorkspace(workspace).withCommand(List.of("sh", "-c", script));
  }

  private String run(RunRequest request, WatchedSocket.Event asItStarts)
      throws IOException, InterruptedException {
    Path socket = parent.resolveSibling("engine.sock");
    try (WatchedSocket watched = WatchedSocket.at(socket, engine.address().socket(), asItStarts)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      new SandboxRun(
              Progress.silent(),
              Map.of("DOCKER_HOST", watched.address()),
              Path.of(System.getProperty("user.home")))
          .run(request.withStreams(RunStreams.none().withOut(out)));
      return out.toString(StandardCharsets.UTF_8);
    }
  }

  private void swap(String what) throws IOException {
    Path aside = parent.resolveSibling("aside");
    switch (what) {
      case "parent" -> {
        Files.move(parent, aside);
        Files.createSymbolicLink(parent, keys.getParent());
      }
      case "link" -> {
        Files.move(workspace, aside);
        Files.createSymbolicLink(workspace, keys);
      }
      default -> {
        Files.move(workspace, aside);
        Files.move(keys, workspace);
        keys = workspace;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"parent", "link", "directory"})
  void doesNotMountADirectorySwappedAtTheStart(String what)
      throws IOException, InterruptedException {
    String seen = run(request("touch ran; cat which"), () -> swap(what));

    assertThat(seen).isEqualTo("judged");
    assertThat(keys.resolve("ran")).doesNotExist();
  }

  @Test
  void refusesADirectoryDeletedAtTheStart() {
    WatchedSocket.Event replacement =
        () -> {
          Files.delete(workspace.resolve("which"));
          Files.delete(workspace);
          Files.createSymbolicLink(workspace, keys);
        };

    assertThatThrownBy(() -> run(request("touch ran"), replacement))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("The container was not started: " + workspace + ", the mount at ");
    assertThat(keys.resolve("ran")).doesNotExist();
  }

  @Test
  void readOnlyStaysReadOnly() throws IOException, InterruptedException {
    RunRequest request =
        RunRequest.of(image)
            .withMounts(List.of(HostMount.of(workspace, "/data", true)))
            .withCommand(List.of("sh", "-c", "touch /data/ran || cat /data/which"));

    assertThat(run(request, () -> swap("parent"))).isEqualTo("judged");
  }

  @Test
  void aFileIsMountedBesideIt() throws IOException, InterruptedException {
    RunRequest request =
        request("cat which /data/file")
            .withMounts(List.of(HostMount.of(keys.resolve("which"), "/data/file", true)));

    assertThat(run(request, () -> {})).isEqualTo("judgedsecret");
  }

  @Test
  void theEngineSaysWhichDirectoryItIsAndKeepsNothing() throws IOException, InterruptedException {
    InspectContainerResponse[] shown = new InspectContainerResponse[1];
    run(request("touch made"), () -> shown[0] = newest());

    assertThat(shown[0].getConfig().getLabels())
        .containsEntry("ai.opencode.sandbox.mount/workspace", workspace.toString());
    String volume = shown[0].getMounts().get(0).getName();
    assertThat(volume).startsWith("opencode-sandbox-");
    assertThat(engine.client().listVolumesCmd().exec().getVolumes())
        .noneMatch(each -> each.getName().equals(volume));
    assertThat(workspace.resolve("made")).exists();
    assertThat(workspace.resolve("which")).hasContent("judged");
  }

  private InspectContainerResponse newest() {
    return engine.client().listContainersCmd().withShowAll(true).exec().stream()
        .filter(each -> each.getLabels().containsKey("ai.opencode.sandbox.run"))
        .map(each -> engine.client().inspectContainerCmd(each.getId()).exec())
        .filter(each -> each.getHostConfig().getMounts().toString().contains(parent.toString()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * In another process namespace, this process's number may belong to another: paths are mounted.
   */
  @Test
  void amongOtherProcessesItIsMountedByItsPath() throws IOException, InterruptedException {
    List<String> apart = List.of("unshare", "--pid", "--fork", "--mount-proc");
    assumeTrue(isPossible(apart), "skipped: no process namespaces");
    try (RunProcess run =
        RunProcess.startBy(
            apart,
            "--workspace",
            workspace.toString(),
            image,
            "--",
            "sh",
            "-c",
            "cat which; echo; sleep 3")) {
      assertThat(run.line()).isEqualTo("judged");
      assertThat(newest().getMounts())
          .singleElement()
          .satisfies(each -> assertThat(each.getSource()).isEqualTo(workspace.toString()));
      assertThat(run.exitCode()).isZero();
    }
  }

  private static boolean isPossible(List<String> starter) throws InterruptedException {
    try {
      return new ProcessBuilder(Stream.concat(starter.stream(), Stream.of("true")).toList())
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
