package ai.opencode.sandbox.build;

import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.StagedLayer;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image's layers before Jib adds files and settings; the basis of the layers of child images.
 *
 * @param fetched the image's own packages
 * @param root the layers of its Alpine packages, and the file system with them
 * @param database apk's list of the image's packages
 * @param npmLayers the layers of its npm packages
 * @param files the files that Jib will add
 */
record LayeredImage(
    FetchedImage fetched,
    LayeredRoot root,
    RootDatabase database,
    List<StagedLayer> npmLayers,
    ImageFiles files) {

  LayeredImage {
    npmLayers = List.copyOf(npmLayers);
  }

  /** Returns the layers that it adds, lowest first. */
  List<StagedLayer> layers() {
    return Stream.concat(root.layers().stream(), npmLayers.stream()).toList();
  }
}
