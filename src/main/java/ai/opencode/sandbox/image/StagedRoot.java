package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that an image consists of, before Jib has finished it.
 *
 * @param layersBelow of the base or the parent image
 * @param config of that image
 * @param root the packages' layers on top, and the file system that is there then
 * @param npmLayers on top of those
 * @param files what comes last
 * @param baseName what labels call the base image
 * @param baseDigest of the base image
 */
public record StagedRoot(
    List<Descriptor> layersBelow,
    ImageConfig config,
    LayeredRoot root,
    List<StagedLayer> npmLayers,
    ImageFiles files,
    String baseName,
    Digest baseDigest) {

  public StagedRoot {
    layersBelow = List.copyOf(layersBelow);
    npmLayers = List.copyOf(npmLayers);
  }

  /** The layers on top of those of the base or the parent image, lowest first. */
  List<StagedLayer> addedLayers() {
    List<StagedLayer> added = new ArrayList<>(root.layers());
    added.addAll(npmLayers);
    return added;
  }
}
