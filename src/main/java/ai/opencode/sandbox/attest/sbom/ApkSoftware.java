package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.attest.PackageUrl;
import ai.opencode.sandbox.oci.Digest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An Alpine package of an image.
 *
 * @param layer the layer that holds its files; empty for a package without files
 * @param dataHash the SHA-256 of the package's data segment, which packager and index sign; empty
 *     if only the image is known, which does not contain it
 * @param address the package's address in Alpine's repositories; empty if it is unknown or
 *     elsewhere
 */
public record ApkSoftware(
    ApkFacts facts,
    Optional<HoldingLayer> layer,
    Optional<Digest> dataHash,
    Optional<String> address) {

  /**
   * Returns the package's address.
   *
   * @param release the distribution; without a version it is left out, because readers split its
   *     name and version at the first hyphen
   */
  PackageUrl url(Optional<OsRelease> release) {
    return PackageUrl.apk(
        release.map(OsRelease::id).orElse("alpine").toLowerCase(Locale.ROOT),
        facts.name(),
        facts.version().toString(),
        Map.of(
            "arch", facts.architecture(),
            "distro", release.flatMap(OsRelease::label).orElse(""),
            "upstream", facts.origin().equals(facts.name()) ? "" : facts.origin()));
  }

  /** Returns the package as an image shows it, which holds neither hash nor address. */
  ApkSoftware asInstalled() {
    return new ApkSoftware(facts, layer, Optional.empty(), Optional.empty());
  }
}
