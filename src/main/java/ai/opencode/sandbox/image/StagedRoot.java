package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.List;

/**
 * All layers and files of an image, before Jib has finished it.
 *
 * @param layersBelow layers of the base or the parent image
 * @param config configuration of that image
 * @param added the layers of packages on top of those, lowest first
 * @param files the files that are added last
 */
public record StagedRoot(
    List<Descriptor> layersBelow, ImageConfig config, List<StagedLayer> added, ImageFiles files) {

  public StagedRoot {
    layersBelow = List.copyOf(layersBelow);
    added = List.copyOf(added);
  }
}
