package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.io.IOException;
import java.util.Map;

/**
 * The settings of a finished image, without its layers.
 *
 * @param title the image's name by its label; empty if it has none
 * @param user the user of the image's containers
 */
public record ImageSettings(String title, String user, Map<String, String> labels) {

  public ImageSettings {
    labels = Map.copyOf(labels);
  }

  /** Reads the configuration of an image. */
  public static ImageSettings read(ImageSource source, Platform platform, RegistryAccess access)
      throws IOException {
    Flaws ignored = (id, where, message) -> {};
    try (ImageStore store = ImageStore.open(source, access)) {
      ImageConfig config = store.image(platform, ignored).config();
      return new ImageSettings(
          config.labels().getOrDefault(Annotations.TITLE, ""), config.user(), config.labels());
    }
  }
}
