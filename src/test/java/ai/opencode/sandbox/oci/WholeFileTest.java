package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files named by the user, in directories that other users can write to. */
class WholeFileTest {

  @TempDir private Path folder;

  @Test
  void replacesALinkAndKeepsItsTarget() throws IOException {
    Path theirs = Files.writeString(folder.resolve("theirs"), "theirs");
    for (String name : List.of("file", "file.part", ".file.part", "hard")) {
      Path link = folder.resolve(name);
      if (name.equals("hard")) {
        Files.createLink(link, theirs);
      } else {
        Files.createSymbolicLink(link, theirs);
      }
    }

    WholeFile.write(folder.resolve("file"), "ours");
    WholeFile.write(folder.resolve("hard"), "ours");

    assertThat(theirs).hasContent("theirs");
    assertThat(folder.resolve("file")).hasContent("ours");
    assertThat(folder.resolve("hard")).hasContent("ours");
    assertThat(Files.isSymbolicLink(folder.resolve("file"))).isFalse();
  }

  @Test
  void aPipeInItsPlaceIsReplacedAndNotWaitedFor() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    WholeFile.write(pipe, "ours");

    assertThat(pipe).isRegularFile().hasContent("ours");
  }

  @Test
  void writesIntoSpecialFilesOfTheSystem() throws IOException {
    WholeFile.write(Path.of("/dev/null"), "text");

    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void makesFilesInSharedMemory() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "skipped: no /dev/shm");
    Path file = memory.resolve("opencode-sandbox-" + ProcessHandle.current().pid());
    try {
      WholeFile.write(file, "text");

      assertThat(file).hasContent("text");
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Test
  void leavesNothingAfterAFailure() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "before");

    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IOException("full");
                    }))
        .hasMessage("full");

    assertThat(file).hasContent("before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }
}
