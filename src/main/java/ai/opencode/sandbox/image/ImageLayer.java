package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A layer of a finished image.
 *
 * @param blob the layer as the manifest lists it
 * @param planned the packages in it, with the reasons for the choice of layer; empty for a layer of
 *     the image below, and for the files that are added last
 */
@Api
public record ImageLayer(Descriptor blob, Optional<PlannedLayer> planned) {

  /** Returns layers in their order, with the plans of those that have one. */
  static List<ImageLayer> of(List<Descriptor> blobs, Map<Digest, PlannedLayer> plans) {
    return blobs.stream()
        .map(blob -> new ImageLayer(blob, Optional.ofNullable(plans.get(blob.digest()))))
        .toList();
  }
}
