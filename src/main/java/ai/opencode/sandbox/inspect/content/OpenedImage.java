package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An image for one platform, with parsed documents and readable layers.
 *
 * @param name its name in the source: a layout's name for it, the last part of a repository; empty
 *     if there is none
 * @param digest of the manifest; of the configuration in a docker-archive
 * @param configBytes of the configuration
 * @param siblings layers of the other images in the same OCI layout, by their names
 */
public record OpenedImage(
    String name,
    Digest digest,
    ImageConfig config,
    List<Layer> layers,
    Annotations annotations,
    long configBytes,
    Map<String, List<Digest>> siblings) {

  /**
   * The annotations of an image.
   *
   * @param manifest null in a docker-archive, which has none
   * @param index null if there is no index
   */
  public record Annotations(
      @Nullable Map<String, String> manifest, @Nullable Map<String, String> index) {}

  public OpenedImage {
    layers = List.copyOf(layers);
    siblings = Map.copyOf(siblings);
  }

  OpenedImage withSiblings(Map<String, List<Digest>> newSiblings) {
    return new OpenedImage(name, digest, config, layers, annotations, configBytes, newSiblings);
  }
}
