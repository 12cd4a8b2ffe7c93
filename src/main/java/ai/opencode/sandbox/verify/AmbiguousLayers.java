package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.attest.sbom.FileEvidence;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layers whose files may be those of a package in another layer, so that an image does not show
 * the package's layer: those of the base image, since a layer leaves out a file that is there
 * already, and that of the image's own files, which may replace all files of a small package.
 */
final class AmbiguousLayers {

  private AmbiguousLayers() {}

  /**
   * Returns the layers of an image.
   *
   * @param bill the software of the image
   */
  static Set<Digest> of(Examined image, SoftwareBill bill) {
    Set<Digest> layers = new HashSet<>();
    bill.database().flatMap(FileEvidence::layer).map(HoldingLayer::digest).ifPresent(layers::add);
    layers.addAll(base(image));
    return layers;
  }

  private static Set<Digest> base(Examined image) {
    Optional<OriginBase> base =
        Optional.ofNullable(image.attestations().origin()).map(ApkOrigin::base);
    try {
      return base.isPresent()
          ? Set.copyOf(base.get().layers(image.platform()))
          : image.image().layers().stream()
              .limit(1)
              .flatMap(each -> Optional.ofNullable(each.descriptor()).stream())
              .map(Descriptor::digest)
              .collect(Collectors.toSet());
    } catch (VerificationException malformed) {
      // The check of the proof of origin reports that the proof is malformed.
      return Set.of();
    }
  }
}
