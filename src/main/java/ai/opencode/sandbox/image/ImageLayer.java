package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * A layer of a finished image.
 *
 * @param blob the layer as the manifest lists it
 * @param planned the packages in it, with the reasons for the choice of layer; empty for a layer of
 *     the image below, and for the files that are added last
 * @param recipe the digest of everything that the layer is made from, its key in caches; empty if
 *     the layer is a package's data, or not planned
 */
@Api
public record ImageLayer(Descriptor blob, Optional<PlannedLayer> planned, Optional<Digest> recipe) {

  /** Returns a layer without packages of this image. */
  static ImageLayer unplanned(Descriptor blob) {
    return new ImageLayer(blob, Optional.empty(), Optional.empty());
  }
}
