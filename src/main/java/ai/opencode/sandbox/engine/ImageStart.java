package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.model.ContainerConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The start of an image's containers.
 *
 * @param user the user that the image names; empty for root
 * @param labels the image's labels
 */
public record ImageStart(
    List<String> entrypoint, List<String> command, String user, Map<String, String> labels) {

  public ImageStart {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    labels = Map.copyOf(labels);
  }

  /**
   * Asks the engine.
   *
   * @param image the image's name in the engine
   */
  public static ImageStart of(Engine engine, String image) {
    ContainerConfig config = engine.client().inspectImageCmd(image).exec().getConfig();
    return config == null
        ? new ImageStart(List.of(), List.of(), "", Map.of())
        : new ImageStart(
            words(config.getEntrypoint()),
            words(config.getCmd()),
            Objects.requireNonNullElse(config.getUser(), ""),
            Objects.requireNonNullElse(config.getLabels(), Map.of()));
  }

  private static List<String> words(String @Nullable [] words) {
    return words == null ? List.of() : List.of(words);
  }
}
