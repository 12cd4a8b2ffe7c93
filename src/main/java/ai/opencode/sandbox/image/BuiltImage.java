package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.upstream.UpstreamKind;
import java.util.List;

/**
 * A finished image.
 *
 * @param name of its definition
 * @param version from the settings
 * @param upstream where its inputs came from
 * @param index the image for all its platforms
 * @param decisions how each package that it adds travels, and why: for people
 */
public record BuiltImage(
    String name,
    String version,
    UpstreamKind upstream,
    Descriptor index,
    List<BuiltPlatform> platforms,
    List<String> decisions) {

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
    decisions = List.copyOf(decisions);
  }

  /** Whether it may leave this machine. */
  public boolean publishable() {
    return upstream.mayLeave();
  }
}
