package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Optional;

/**
 * A finished image.
 *
 * @param name of its definition
 * @param version from the settings
 * @param upstream the source of its inputs
 * @param index the index over its platforms
 */
@Api
public record BuiltImage(
    String name,
    String version,
    UpstreamKind upstream,
    Descriptor index,
    List<BuiltPlatform> platforms) {

  /**
   * An image for one platform.
   *
   * @param manifest with its platform
   * @param layers all layers of the image, lowest first
   * @param contents the inputs; empty for an image that a caller finished with Jib
   * @param millis time to make it, in milliseconds
   */
  public record BuiltPlatform(
      Descriptor manifest,
      List<ImageLayer> layers,
      ImageSizes sizes,
      Optional<ImageContents> contents,
      long millis) {

    public BuiltPlatform {
      layers = List.copyOf(layers);
    }

    /** Returns the layers as the manifest lists them, lowest first. */
    public List<Descriptor> blobs() {
      return layers.stream().map(ImageLayer::blob).toList();
    }
  }

  public BuiltImage {
    platforms = List.copyOf(platforms);
  }

  /** Returns the image's own layers of packages, of all its platforms, without repetition. */
  public List<PlannedLayer> planned() {
    return platforms.stream()
        .flatMap(each -> each.layers().stream())
        .flatMap(each -> each.planned().stream())
        .distinct()
        .toList();
  }

  /** Returns whether the image may be published. */
  public boolean publishable() {
    return upstream.mayLeave();
  }
}
