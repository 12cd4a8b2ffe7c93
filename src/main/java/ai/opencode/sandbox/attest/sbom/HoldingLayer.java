package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.oci.Digest;

/**
 * The layer that holds files of a package.
 *
 * @param digest the digest of the layer, or of its uncompressed archive
 * @param unpacked whether the digest is that of the archive, as in a docker-archive, which has no
 *     other
 */
public record HoldingLayer(Digest digest, boolean unpacked) {

  /** Returns a layer as a manifest lists it. */
  public static HoldingLayer of(Digest digest) {
    return new HoldingLayer(digest, false);
  }

  /** Returns the words by which trivy knows a package's layer. */
  String note() {
    return (unpacked ? "LayerDiffID: " : "LayerDigest: ") + digest;
  }
}
