package ai.opencode.sandbox.run;

import ai.opencode.sandbox.AnAgentImage;
import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.RequiresImages;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenCode in its hardened sandbox. */
@RequiresEngine
@RequiresImages
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class AgentIT {

  private BaseImage image;

  @BeforeAll
  void build(@TempDir Path directory) throws IOException, InterruptedException {
    image = BaseImage.load(System.getenv(), AnAgentImage.in(directory));
  }

  @AfterAll
  void remove() throws IOException {
    if (image != null) {
      image.close();
    }
  }

  @Test
  void editsAFileAndRunsACommand(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).editsAFileAndRunsACommand(directory);
  }

  @Test
  void sharesAndUpdatesNothing(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).sharesAndUpdatesNothing(directory);
  }

  @Test
  void keepsItsSessionsInAVolume(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).keepsItsSessionsInAVolume(directory);
  }

  @Test
  void servesTheHost(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).servesTheHost(directory);
  }

  @Test
  void usesAModelOfTheHost(@TempDir Path directory) throws IOException, InterruptedException {
    new AnAgentTask(image).usesAModelOfTheHost(directory);
  }
}
