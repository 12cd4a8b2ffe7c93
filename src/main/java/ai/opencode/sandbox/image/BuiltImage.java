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
 * @param upstream where its inputs came from
 * @param index the image for all its platforms
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
   * @param layers of the whole image, lowest first
   * @param planned the layers that the image adds for packages, and the packages in them
   * @param contents what it was made from; empty for an image that Jib went on with
   * @param millis how long making it took
   */
  public record BuiltPlatform(
      Descriptor manifest,
      List<Descriptor> layers,
      ImageSizes sizes,
      List<PlannedLayer> planned,
      Optional<ImageContents> contents,
      long millis) {

    public BuiltPlatform {
      layers = List.copyOf(layers);
      planned = List.copyOf(planned);
    }
  }

  public BuiltImage {
    platforms = List.copyOf(platforms);
  }

  /** The layers of the packages that it adds, of all its platforms, each once. */
  public List<PlannedLayer> planned() {
    return platforms.stream().flatMap(each -> each.planned().stream()).distinct().toList();
  }

  /** Whether it may leave this machine. */
  public boolean publishable() {
    return upstream.mayLeave();
  }
}
