package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import java.util.List;

/**
 * The documents of a base image. They lead from a digest that is known elsewhere, such as the one
 * in a lock, to the base's layers, so that an image cannot choose what it calls its base.
 *
 * @param index the index; empty for a base image that has none
 * @param manifest the manifest for the image's platform
 */
public record OriginBase(byte[] index, byte[] manifest) {

  /** Returns the digest of the index, or of the manifest if there is no index. */
  public Digest root() {
    return Digest.sha256(index.length == 0 ? manifest : index);
  }

  /** Returns the digest of the manifest for the image's platform. */
  public Digest manifestDigest() {
    return Digest.sha256(manifest);
  }

  /**
   * Returns the digests of the base image's layers, lowest first.
   *
   * @throws VerificationException if a document is malformed, or the index names another manifest
   */
  public List<Digest> layers(Platform platform) {
    String source = "the base image " + root();
    if (index.length > 0
        && ImageIndex.parse(index, source)
            .forPlatform(platform, source)
            .filter(each -> each.digest().equals(manifestDigest()))
            .isEmpty()) {
      throw new VerificationException(
          source
              + " has another manifest for "
              + platform
              + " than "
              + manifestDigest()
              + ". Build the image again.");
    }
    return Manifest.parse(manifest, source).layers().stream().map(Descriptor::digest).toList();
  }
}
