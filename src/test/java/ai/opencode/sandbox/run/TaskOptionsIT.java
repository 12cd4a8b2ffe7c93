package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.SecurityOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The options for tasks, seen from inside of a container. */
@RequiresEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class TaskOptionsIT {

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
  void processorTimeIsLimited() throws IOException, InterruptedException {
    SecurityOptions half =
        SecurityOptions.hardened()
            .withLimits(SecurityOptions.hardened().limits().withCpus(Cpus.of("0.5")));

    assertThat(image.run(image.shell(ExportIT.QUOTA).withOptions(half)).out())
        .startsWith("50000\n");
  }

  @Test
  void variablesOfFilesArePrecededByThoseOfTheRequest(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path first = Files.writeString(directory.resolve("a"), "A=1\nB=1\nHOME=/tmp\n# C=1\n");
    Path second = Files.writeString(directory.resolve("b"), "B=2 '$HOME' \nC=\n");
    RunRequest request =
        image
            .shell("echo \"$A|$B|$C|$D|$HOME\"; env | grep -c '^[ABC]='")
            .withEnvironment(List.of("A=3", "D=4"))
            .withHostFiles(HostFiles.none().withEnvironmentFiles(List.of(first, second)));

    assertThat(image.run(request).out()).isEqualTo("3|2 '$HOME' ||4|/tmp\n3\n");
  }
}
