package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.oci.Digest;
import java.util.Optional;

/**
 * The layer that holds files of a package.
 *
 * @param digest the digest of the layer, or of its uncompressed archive
 * @param unpacked whether the digest is that of the archive, as in a docker-archive, which has no
 *     other
 */
public record HoldingLayer(Digest digest, boolean unpacked) {

  private static final String PACKED = "LayerDigest: ";
  private static final String UNPACKED = "LayerDiffID: ";

  /** Returns a layer as a manifest lists it. */
  public static HoldingLayer of(Digest digest) {
    return new HoldingLayer(digest, false);
  }

  /** Returns the words by which trivy knows a package's layer. */
  String note() {
    return (unpacked ? UNPACKED : PACKED) + digest;
  }

  /** Returns the layer in such words; empty for others. */
  public static Optional<HoldingLayer> noted(String words) {
    boolean unpacked = words.startsWith(UNPACKED);
    String prefix = unpacked ? UNPACKED : PACKED;
    String digest = words.startsWith(prefix) ? words.substring(prefix.length()) : "";
    return Digest.isDigest(digest)
        ? Optional.of(new HoldingLayer(Digest.of(digest), unpacked))
        : Optional.empty();
  }
}
