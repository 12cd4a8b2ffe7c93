package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.layer.RootView;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.List;
import java.util.Map;

/**
 * A finished image for one platform, in the cache; another image can stand on it.
 *
 * @param manifest with its platform
 * @param view the file system that its layers give
 * @param annotations of the manifest
 * @param diskBytes what its layers' archives hold uncompressed
 * @param reusedLayers how many of them were there before
 * @param decisions how each package travels, and why
 */
public record FinishedImage(
    Descriptor manifest,
    List<Descriptor> layers,
    ImageConfig config,
    RootView view,
    InstalledDatabase database,
    Map<String, String> annotations,
    long compressedBytes,
    long diskBytes,
    int reusedLayers,
    List<String> decisions) {

  public FinishedImage {
    layers = List.copyOf(layers);
    annotations = Map.copyOf(annotations);
    decisions = List.copyOf(decisions);
  }
}
