package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Map;

/**
 * A finished image for one platform, in the cache.
 *
 * @param manifest the descriptor of the manifest, with the platform
 * @param versionless the digest that the manifest would have without a version: the same inputs
 *     give the same digest in every release
 * @param layers the layers, lowest first
 * @param annotations the annotations of the manifest
 * @param inherited the packages of the image that this one is based on
 */
@Api
public record FinishedImage(
    Descriptor manifest,
    Digest versionless,
    List<ImageLayer> layers,
    Map<String, String> annotations,
    ImageSizes sizes,
    ImageSoftware inherited) {

  public FinishedImage {
    layers = List.copyOf(layers);
    annotations = Map.copyOf(annotations);
  }

  /** Returns all packages of the image. */
  public ImageSoftware software() {
    return inherited.with(layers);
  }

  /** Returns the layers as the manifest lists them. */
  public List<Descriptor> blobs() {
    return layers.stream().map(ImageLayer::blob).toList();
  }
}
