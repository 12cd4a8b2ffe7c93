package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.model.ContainerConfig;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The start of an image's containers.
 *
 * @param user the user that the image names; empty for root
 */
public record ImageStart(List<String> entrypoint, List<String> command, String user) {

  public ImageStart {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
  }

  /**
   * Asks the engine.
   *
   * @param image the image's name in the engine
   */
  public static ImageStart of(Engine engine, String image) {
    ContainerConfig config = engine.client().inspectImageCmd(image).exec().getConfig();
    return config == null
        ? new ImageStart(List.of(), List.of(), "")
        : new ImageStart(
            words(config.getEntrypoint()),
            words(config.getCmd()),
            Objects.requireNonNullElse(config.getUser(), ""));
  }

  private static List<String> words(String @Nullable [] words) {
    return words == null ? List.of() : List.of(words);
  }
}
