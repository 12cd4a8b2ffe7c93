package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.time.Instant;
import java.util.Optional;

/**
 * The image that a bill is about.
 *
 * @param name the image's name, without registry and tag
 * @param version the version that the image is labelled with; empty if there is none
 * @param manifest the digest of the platform's manifest; empty if there is none yet, as for a lock,
 *     or none at all, as in a docker-archive
 * @param created the image's creation time, which is also that of documents: the same image gives
 *     the same document on every day
 * @param release the distribution; empty if it is unknown
 */
public record BillSubject(
    String name,
    String version,
    Platform platform,
    Optional<Digest> manifest,
    Instant created,
    Optional<OsRelease> release) {

  public BillSubject {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a bill must name its image");
    }
  }

  /** Returns the same image with its distribution. */
  public BillSubject in(Optional<OsRelease> newRelease) {
    return new BillSubject(name, version, platform, manifest, created, newRelease);
  }
}
