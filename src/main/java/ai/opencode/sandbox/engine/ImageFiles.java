package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.command.CreateContainerCmd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Text files of an image in an engine, which shows only those of containers: one is made for it,
 * never started, and removed.
 */
public final class ImageFiles {

  private ImageFiles() {}

  /**
   * Reads files.
   *
   * @param image the image's name in the engine
   * @return the contents by path; a path that is not a regular file is absent
   */
  public static Map<String, String> read(
      Engine engine, String image, List<String> paths, Deadline deadline) throws IOException {
    // Signals are not handled here: one ends this process, and a shutdown hook removes the
    // container.
    StopRule stop = new StopRule(Duration.ZERO, deadline, false);
    CreateContainerCmd create =
        engine
            .client()
            .createContainerCmd(image)
            .withCmd("true")
            .withNetworkDisabled(true)
            .withLabels(Map.of("ai.opencode.sandbox.run", "files"));
    try (RunningContainer container =
        RunningContainer.create(engine, HeldMounts.none(), create, stop)) {
      Map<String, String> contents = new LinkedHashMap<>();
      for (String path : paths) {
        container
            .file(path)
            .ifPresent(each -> contents.put(path, new String(each, StandardCharsets.UTF_8)));
      }
      return contents;
    }
  }
}
