package ai.opencode.sandbox.build;

import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.StagedLayer;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image's layers before Jib adds files and settings, and what the images based on it start from.
 *
 * @param fetched the packages that it adds
 * @param root with those packages
 * @param files that Jib adds
 */
record LayeredImage(
    FetchedImage fetched, LayeredRoot root, List<StagedLayer> npmLayers, ImageFiles files) {

  LayeredImage {
    npmLayers = List.copyOf(npmLayers);
  }

  /** Returns the layers that it adds, lowest first. */
  List<StagedLayer> layers() {
    return Stream.concat(root.layers().stream(), npmLayers.stream()).toList();
  }
}
