package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An image for one platform that has been opened for reading, with parsed documents and readable
 * layers.
 *
 * @param name the image's name in the source: a layout's name for the image, or the last part of a
 *     repository; empty if there is none
 * @param digest the digest of the manifest; in a docker-archive, of the configuration
 * @param statements the statements about the image that its index lists
 * @param siblings the layers of the other images in the same OCI layout, by their names
 */
public record OpenedImage(
    String name,
    Digest digest,
    Configuration configuration,
    List<Layer> layers,
    Annotations annotations,
    AttachedStatements statements,
    Map<String, List<Digest>> siblings) {

  /**
   * The configuration of an image.
   *
   * @param bytes the size of its document
   */
  public record Configuration(ImageConfig content, long bytes) {}

  /**
   * The annotations of an image.
   *
   * @param manifest the manifest; null in a docker-archive, which has none
   * @param index the index; null if there is none
   */
  public record Annotations(
      @Nullable Map<String, String> manifest, @Nullable Map<String, String> index) {}

  public OpenedImage {
    layers = List.copyOf(layers);
    siblings = Map.copyOf(siblings);
  }

  OpenedImage withSiblings(Map<String, List<Digest>> newSiblings) {
    return new OpenedImage(
        name, digest, configuration, layers, annotations, statements, newSiblings);
  }

  public ImageConfig config() {
    return configuration.content();
  }
}
