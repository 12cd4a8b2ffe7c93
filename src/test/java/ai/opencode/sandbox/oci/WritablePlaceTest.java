package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class WritablePlaceTest {

  @TempDir private Path folder;

  @Test
  void acceptsMissingPathsAndCreatesNone() {
    WritablePlace.requireDirectory(folder.resolve("a/b"), "--to");
    WritablePlace.requireFile(folder.resolve("a/b.tar"), "--to");
    WritablePlace.requireFile(Path.of("b.tar"), "--to");

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesAPlaceBelowAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatThrownBy(() -> WritablePlace.requireDirectory(file.resolve("a"), "--results"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Cannot write to "
                + file.resolve("a")
                + " ("
                + file
                + " is not a directory). Name another place with --results.");
    assertThatThrownBy(() -> WritablePlace.requireFile(file.resolve("a"), "--json"))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("Name another place with --json.");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void refusesAFileSystemThatTakesNoFilesAlsoToRoot() {
    assertThatThrownBy(() -> WritablePlace.requireDirectory(Path.of("/proc/images"), "--to"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Cannot write to /proc/images (no file can be created in /proc)")
        .hasMessageEndingWith("Name another place with --to.");
  }

  @Test
  void refusesADirectoryInPlaceOfAFile() {
    assertThatThrownBy(() -> WritablePlace.requireFile(folder, "--lock"))
        .isInstanceOf(UsageException.class)
        .hasMessage(folder + " is a directory. Name a file with --lock.");
  }
}
