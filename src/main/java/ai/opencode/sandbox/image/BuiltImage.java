package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.UpstreamKind;
import java.util.List;

/**
 * A finished image.
 *
 * @param name of its definition
 * @param version from the settings
 * @param upstream where its inputs came from
 * @param index the image for all its platforms
 * @param planned the layers of the packages that it adds, of all its platforms
 */
@Api
public record BuiltImage(
    String name,
    String version,
    UpstreamKind upstream,
    Descriptor index,
    List<BuiltPlatform> platforms,
    List<PlannedLayer> planned) {

  /**
   * An image for one platform.
   *
   * @param manifest with its platform
   * @param compressedBytes what a pull transfers
   * @param diskBytes what the layers' archives hold uncompressed
   * @param reusedLayers how many of the layers were there before this build
   * @param millis how long making it took
   */
  public record BuiltPlatform(
      Descriptor manifest,
      List<Descriptor> layers,
      long compressedBytes,
      long diskBytes,
      int reusedLayers,
      long millis) {

    public BuiltPlatform {
      layers = List.copyOf(layers);
    }
  }

  public BuiltImage {
    platforms = List.copyOf(platforms);
    planned = List.copyOf(planned);
  }

  /** Whether it may leave this machine. */
  public boolean publishable() {
    return upstream.mayLeave();
  }
}
