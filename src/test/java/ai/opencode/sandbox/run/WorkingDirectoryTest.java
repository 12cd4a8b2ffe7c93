package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Working directories that do not exist, or lead out of the container. */
class WorkingDirectoryTest {

  private Path workspace;

  @BeforeEach
  void makeAWorkspace(@TempDir Path directory) throws IOException {
    workspace = directory.toRealPath();
    Files.createDirectories(workspace.resolve("packages/app"));
    Files.writeString(workspace.resolve("file"), "");
  }

  private boolean isMounted(String directory) {
    RunRequest request =
        RunRequest.of("image")
            .withWorkspace(workspace)
            .withVolumes(List.of(NamedVolume.of("data:/data/volume")));
    return new WorkingDirectory(directory).isMounted(JudgedRequest.of(request));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/workspace",
        "/workspace/packages/app",
        "/tmp",
        "/home/opencode/.config/opencode",
        "/data/volume"
      })
  void findsDirectoriesOfMounts(String directory) {
    assertThat(isMounted(directory)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/usr/lib", "/data", "/workspaces", "/home"})
  void leavesOthersToTheImage(String directory) {
    assertThat(isMounted(directory)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "app",
        "./app",
        "../workspace",
        "/..",
        "/workspace/..",
        "/workspace/../etc",
        "/workspace/",
        "//workspace",
        "/workspace//app",
        "/a\nb",
        "/proc",
        "/proc/self/fd/7",
        "/proc/1/root",
        "/sys",
        "/dev/fd/7",
        "/dev"
      })
  void refusesFormsThatLeadElsewhere(String directory) {
    assertThatThrownBy(() -> RunRequest.of("image").withWorkingDirectory(directory))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "cannot be the working directory of a container. Use an absolute path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/workspace/missing",
        "/workspace/packages/missing",
        "/workspace/file",
        "/workspace/file/x"
      })
  void refusesDirectoriesThatTheEngineWouldMakeInTheWorkspace(String directory) {
    assertThatThrownBy(() -> isMounted(directory))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("The working directory " + directory + " would be " + workspace);
    assertThat(workspace.resolve("missing")).doesNotExist();
  }

  /** Such a link, made by a task, leads out of the container with old versions of runc. */
  @Test
  void refusesLinksInTheWorkspace() throws IOException {
    Path link = Files.createSymbolicLink(workspace.resolve("link"), Path.of("/proc/self/fd/7"));
    Files.createSymbolicLink(workspace.resolve("app"), Path.of("packages/app"));
    Files.createSymbolicLink(workspace.resolve("all"), Path.of("packages"));

    for (String each : List.of("/workspace/link", "/workspace/app", "/workspace/all/app")) {
      assertThatThrownBy(() -> isMounted(each)).isInstanceOf(UsageException.class);
    }
    // JUnit would warn about a link to a file that this process holds open.
    Files.delete(link);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tmp/build", "/home/opencode/project", "/data/volume/project"})
  void refusesDirectoriesBelowOtherWritablePaths(String directory) {
    assertThatThrownBy(() -> isMounted(directory))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(" itself.");
  }
}
