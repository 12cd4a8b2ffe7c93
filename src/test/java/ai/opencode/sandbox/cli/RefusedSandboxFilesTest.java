package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.definition.file.AProject;
import ai.opencode.sandbox.definition.file.RefusedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files {@code sandbox.yaml} that are malformed, wrong or hostile: refused with every mistake. */
class RefusedSandboxFilesTest {

  @TempDir Path temporary;

  @ParameterizedTest
  @MethodSource("files")
  void reportsEveryMistakeAndWritesNothing(RefusedFile refused) throws IOException {
    AProject project = AProject.in(temporary);
    project.linkToTheMachine();
    try {
      reportsEveryMistakeAndWritesNothing(project, refused);
    } finally {
      project.unlinkFromTheMachine();
    }
  }

  private void reportsEveryMistakeAndWritesNothing(AProject project, RefusedFile refused)
      throws IOException {
    Files.write(project.file(), refused.content());
    List<String> before = content();

    ARun run =
        ARun.of(
            "build",
            "--upstream=stand-in",
            "--offline",
            "--file=" + project.file(),
            "--cache=" + temporary.resolve("cache"),
            "--to=oci:" + temporary.resolve("images"));

    List<String> expected = new ArrayList<>();
    refused
        .report()
        .forEach(line -> expected.add(expected.isEmpty() ? "opencode-sandbox: " + line : line));
    assertThat(run.err().replace(project.directory() + "/", "").lines())
        .containsExactlyElementsOf(expected);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).doesNotContain("hunter2");
    assertThat(content()).isEqualTo(before);
  }

  static List<RefusedFile> files() {
    return RefusedFile.all();
  }

  @Test
  void theyAreAtLeastSixty() {
    assertThat(files()).hasSizeGreaterThan(100);
    assertThat(files()).extracting(RefusedFile::name).doesNotHaveDuplicates();
  }

  @Test
  @Timeout(30)
  void pipesAreNotOpened() throws Exception {
    AProject project = AProject.in(temporary);
    Path pipe = project.directory().resolve("pipe");
    Path inDirectory = Files.createDirectories(project.directory().resolve("d")).resolve("pipe");
    assertThat(
            new ProcessBuilder("mkfifo", pipe.toString(), inDirectory.toString()).start().waitFor())
        .isZero();
    Files.writeString(
        project.file(),
        """
        images:
          a: {from: base, files: {/a: {from: pipe}}}
          b: {from: base, files: {/b/: {from: d}}}
        keys: [pipe]
        ca: [pipe]
        """);

    ARun run = ARun.of("build", "--file=" + project.file());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(":2:38: \"pipe\" is neither file nor directory")
        .contains(":3:27: " + inDirectory + " is a socket, pipe or device")
        .contains(":4:8: \"pipe\" is neither", ":5:6: \"pipe\" is neither");
    ARun named = ARun.of("build", "--file=" + pipe);
    assertThat(named.err()).contains(pipe + " is not a regular file.");
    assertThat(named.exitCode()).isEqualTo(2);
  }

  private List<String> content() throws IOException {
    try (Stream<Path> all = Files.walk(temporary)) {
      return all.map(Path::toString).sorted().toList();
    }
  }
}
