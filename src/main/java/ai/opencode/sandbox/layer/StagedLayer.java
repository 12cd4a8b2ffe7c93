package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;

/**
 * A finished layer in the cache.
 *
 * @param diffId digest of its archive, uncompressed
 * @param unpackedBytes of that archive
 * @param planned the layer as it was planned, with the packages in it
 * @param origin how it came about
 */
public record StagedLayer(
    Descriptor blob, Digest diffId, long unpackedBytes, PlannedLayer planned, Origin origin) {

  /** How a layer came about, from the cheapest to the dearest. */
  public enum Origin {
    /** A package's data segment as it stands. */
    PACKAGE,
    /** Made by an earlier build. */
    REUSED,
    /** Made by this build. */
    MADE
  }

  /** The text that {@code docker history} shows: {@code apk git-2.50.1-r0}. */
  public String createdBy() {
    return planned.createdBy();
  }

  /** Whether its bytes come from where others could have changed them since. */
  public boolean isFromCache() {
    return origin != Origin.MADE;
  }

  /** {@code 14 layers: 6 packages unchanged, 7 reused, 1 made (1.4 MB)}. */
  public static String summary(List<StagedLayer> layers) {
    long bytes =
        layers.stream()
            .filter(each -> each.origin == Origin.MADE)
            .mapToLong(each -> each.blob.size())
            .sum();
    String size = bytes == 0 ? "" : " (" + Math.round(bytes / 1e5) / 10.0 + " MB)";
    return layers.size()
        + " layers: "
        + count(layers, Origin.PACKAGE)
        + " packages unchanged, "
        + count(layers, Origin.REUSED)
        + " reused, "
        + count(layers, Origin.MADE)
        + " made"
        + size;
  }

  private static long count(List<StagedLayer> layers, Origin origin) {
    return layers.stream().filter(each -> each.origin == origin).count();
  }
}
