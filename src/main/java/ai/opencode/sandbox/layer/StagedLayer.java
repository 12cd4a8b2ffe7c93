package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.ByteSize;
import java.util.List;
import java.util.Optional;

/**
 * A finished layer of an image, in the cache.
 *
 * @param blob the descriptor of the compressed archive
 * @param diffId the digest of the uncompressed archive
 * @param unpackedBytes the size of the uncompressed archive
 * @param planned the plan of the layer, with its packages
 * @param recipe the digest of everything that the layer is made from, its key in the cache; empty
 *     if the layer is a package's data
 * @param obtained how the layer was obtained
 */
public record StagedLayer(
    Descriptor blob,
    Digest diffId,
    long unpackedBytes,
    PlannedLayer planned,
    Optional<Digest> recipe,
    Obtained obtained) {

  /** How a layer was obtained, from the cheapest to the most expensive. */
  public enum Obtained {
    /** The layer is a part of an Alpine package file, unchanged. */
    PACKAGE,
    /** An earlier build made the layer. */
    REUSED,
    /** This build made the layer. */
    MADE
  }

  /** Returns the text that {@code docker history} shows: {@code apk git-2.50.1-r0 (unchanged)}. */
  public String createdBy() {
    return planned.createdBy();
  }

  /** Returns whether the layer was in the cache before this build, so that it may be damaged. */
  public boolean isFromCache() {
    return obtained != Obtained.MADE;
  }

  /** Summarizes layers: {@code 14 layers: 6 packages unchanged, 7 reused, 1 made (1.4 MB)}. */
  public static String summary(List<StagedLayer> layers) {
    long bytes =
        layers.stream()
            .filter(each -> each.obtained == Obtained.MADE)
            .mapToLong(each -> each.blob.size())
            .sum();
    String size = bytes == 0 ? "" : " (" + ByteSize.megabytes(bytes) + ")";
    return number(layers.size(), "layer")
        + ": "
        + number(count(layers, Obtained.PACKAGE), "package")
        + " unchanged, "
        + count(layers, Obtained.REUSED)
        + " reused, "
        + count(layers, Obtained.MADE)
        + " made"
        + size;
  }

  private static String number(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  private static long count(List<StagedLayer> layers, Obtained obtained) {
    return layers.stream().filter(each -> each.obtained == obtained).count();
  }
}
