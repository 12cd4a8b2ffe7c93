package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

  @TempDir private Path parent;

  @Test
  void nothingIsLeftOfARunThatEnds() throws Exception {
    try (RunDirectory run = RunDirectory.in(parent)) {
      Files.writeString(run.path().resolve("half"), "half");
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void clearsUpAfterAKilledRunAndLeavesALivingOneAlone() throws Exception {
    Files.createFile(parent.resolve("run1.lock"));
    Files.createDirectories(parent.resolve("run1").resolve("deep"));
    try (RunDirectory living = RunDirectory.in(parent);
        RunDirectory next = RunDirectory.in(parent)) {
      assertThat(parent.resolve("run1")).doesNotExist();
      assertThat(living.path()).isDirectory();
      assertThat(next.path()).isDirectory();
    }
  }
}
