package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All layers and files of an image, before Jib has finished it.
 *
 * @param layersBelow layers of the base or the parent image
 * @param config configuration of that image
 * @param added the layers of packages on top of those, lowest first
 * @param files the files that are added last
 * @param inherited the packages that are not in the added layers
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

  /** Returns the layers below that of the files, as the finished manifest lists them. */
  List<ImageLayer> layers() {
    List<ImageLayer> layers = new ArrayList<>();
    for (Descriptor each : layersBelow) {
      // Jib gives every layer of an OCI image this type; the bytes are the same.
      Descriptor blob = Descriptor.of(MediaType.LAYER_GZIP, each.digest(), each.size());
      layers.add(ImageLayer.unplanned(blob));
    }
    for (StagedLayer each : added) {
      layers.add(new ImageLayer(each.blob(), Optional.of(each.planned())));
    }
    return layers;
  }
}
