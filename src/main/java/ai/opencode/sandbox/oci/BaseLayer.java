package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer of a base image.
 *
 * @param blob the compressed archive
 * @param diffId the digest of the uncompressed archive, by which an engine knows the layer
 */
public record BaseLayer(Descriptor blob, Digest diffId) {

  /**
   * Pairs the layers of a manifest with the digests in its configuration.
   *
   * @throws VerificationException if their numbers differ
   */
  public static List<BaseLayer> of(List<Descriptor> layers, ImageConfig config) {
    if (layers.size() != config.diffIds().size()) {
      throw new VerificationException(
          "The base image has "
              + layers.size()
              + " layers, but its configuration names "
              + config.diffIds().size()
              + ". Use a base image as it was published.");
    }
    List<BaseLayer> pairs = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      pairs.add(new BaseLayer(layers.get(i), config.diffIds().get(i)));
    }
    return pairs;
  }
}
