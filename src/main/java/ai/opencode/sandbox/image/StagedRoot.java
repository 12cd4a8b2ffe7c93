package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * All layers and files of an image, before Jib has finished it.
 *
 * @param layersBelow layers of the base or the parent image
 * @param config configuration of that image
 * @param root the layers of Alpine packages on top of those, and the resulting file system
 * @param npmLayers layers of npm packages, on top of the root's
 * @param files the files that are added last
 * @param baseName the name of the base image in labels
 * @param baseDigest digest of the base image
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

  /** Returns the layers on top of those of the base or the parent image, lowest first. */
  List<StagedLayer> addedLayers() {
    List<StagedLayer> added = new ArrayList<>(root.layers());
    added.addAll(npmLayers);
    return added;
  }
}
