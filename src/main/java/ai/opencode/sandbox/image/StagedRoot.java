package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All layers and files of an image, before the library Jib makes the finished image from them.
 *
 * @param layersBelow the layers of the image that this one is based on, lowest first
 * @param config the configuration of the image that this one is based on
 * @param added the layers of packages on top of those, lowest first
 * @param files the files that are added last, in a layer of their own
 * @param inherited the packages in {@code layersBelow}
 */
public record StagedRoot(
    List<Descriptor> layersBelow,
    ImageConfig config,
    List<StagedLayer> added,
    ImageFiles files,
    ImageSoftware inherited) {

  public StagedRoot {
    layersBelow = List.copyOf(layersBelow);
    added = List.copyOf(added);
  }

  /** Returns all layers but that of the files, as the manifest of the finished image lists them. */
  List<ImageLayer> layers() {
    List<ImageLayer> layers = new ArrayList<>();
    for (Descriptor each : layersBelow) {
      // Jib gives every layer of an OCI image this media type, but does not change its bytes.
      Descriptor blob = Descriptor.of(MediaType.LAYER_GZIP, each.digest(), each.size());
      layers.add(ImageLayer.unplanned(blob));
    }
    for (StagedLayer each : added) {
      layers.add(new ImageLayer(each.blob(), Optional.of(each.planned()), each.recipe()));
    }
    return layers;
  }
}
