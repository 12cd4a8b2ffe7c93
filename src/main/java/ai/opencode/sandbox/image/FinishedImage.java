package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;
import java.util.Map;

/**
 * A finished image for one platform, in the cache.
 *
 * @param manifest with its platform
 * @param versionless the digest that the manifest would have without a version: the same inputs
 *     give the same digest in every release
 * @param annotations of the manifest
 * @param planned the layers of its packages
 */
public record FinishedImage(
    Descriptor manifest,
    Digest versionless,
    List<Descriptor> layers,
    Map<String, String> annotations,
    ImageSizes sizes,
    List<PlannedLayer> planned) {

  public FinishedImage {
    layers = List.copyOf(layers);
    annotations = Map.copyOf(annotations);
    planned = List.copyOf(planned);
  }
}
