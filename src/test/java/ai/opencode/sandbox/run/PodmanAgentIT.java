package ai.opencode.sandbox.run;

import ai.opencode.sandbox.AnAgentImage;
import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.RequiresRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenCode in its hardened sandbox, with a real Podman. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@RequiresImages
@RequiresRoot
@RequiresPrograms({"podman", "runc", "conmon"})
@Order(2)
class PodmanAgentIT {

  private APodman podman;
  private BaseImage image;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException, InterruptedException {
    podman = APodman.start();
    image =
        BaseImage.load(
            Map.of("DOCKER_HOST", "unix://" + podman.socket()), AnAgentImage.in(directory));
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    if (image != null) {
      image.close();
    }
    if (podman != null) {
      podman.close();
    }
  }

  @Test
  void editsAFileAndRunsACommand(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).editsAFileAndRunsACommand(directory);
  }

  @Test
  void keepsItsSessionsInAVolume(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).keepsItsSessionsInAVolume(directory);
  }

  @Test
  void usesAModelOfTheHost(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).usesAModelOfTheHost(directory);
  }
}
