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

  private List<String> content() throws IOException {
    try (Stream<Path> all = Files.walk(temporary)) {
      return all.map(Path::toString).sorted().toList();
    }
  }
}
