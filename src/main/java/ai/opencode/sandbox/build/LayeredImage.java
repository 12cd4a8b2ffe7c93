package ai.opencode.sandbox.build;

import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.StagedLayer;
import java.util.List;

/** What there is of an image before Jib finishes it, and all that the next image's layers need. */
record LayeredImage(
    ResolvedPackages resolved,
    List<FetchedPackage> fetched,
    LayeredRoot root,
    List<StagedLayer> npmLayers,
    ImageFiles files) {

  LayeredImage {
    fetched = List.copyOf(fetched);
    npmLayers = List.copyOf(npmLayers);
  }
}
