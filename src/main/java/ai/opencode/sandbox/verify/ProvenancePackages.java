package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.PackageUrl;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Provenance.Dependency;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.FileEvidence;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageBill;
import ai.opencode.sandbox.oci.Digest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The comparison of the packages in a provenance with those of the image and its proof. */
final class ProvenancePackages {

  private static final String ID = ProvenanceCheck.ID;

  private final Examined image;
  private final Flaws flaws;
  private final Map<String, ApkSoftware> apk = new HashMap<>();
  private final Map<String, NpmSoftware> npm = new HashMap<>();
  private final Map<String, ApkOrigin.Proof> proofs = new HashMap<>();

  private Set<Digest> ambiguous = Set.of();

  private ProvenancePackages(Examined image, Flaws flaws) {
    this.image = image;
    this.flaws = flaws;
  }

  static ProvenancePackages of(Examined image, Flaws flaws) {
    ProvenancePackages packages = new ProvenancePackages(image, flaws);
    try {
      SoftwareBill bill = ImageBill.of(image.root(), image.database(), SbomCheck.subject(image));
      bill.apk().forEach(each -> packages.apk.put(each.facts().label(), each));
      packages.ambiguous = AmbiguousLayers.of(image, bill);
      bill.npm().forEach(each -> packages.npm.put(each.facts().path(), each));
    } catch (VerificationException e) {
      flaws.add(ID, "packages", String.valueOf(e.getMessage()));
    }
    ApkOrigin origin = image.attestations().origin();
    List<ApkOrigin.Proof> proofs = origin == null ? List.of() : origin.packages();
    proofs.forEach(each -> packages.proofs.put(each.label(), each));
    return packages;
  }

  /** Checks an Alpine package. One that the image does not have is reported elsewhere. */
  void apk(String label, Dependency stated) {
    ApkSoftware actual = apk.get(label);
    if (actual != null) {
      ApkFacts facts = actual.facts();
      String url =
          PackageUrl.apk(
                  "alpine",
                  facts.name(),
                  facts.version().toString(),
                  Map.of("arch", facts.architecture()))
              .toString();
      same(label, "address", stated.uri(), url, "the image has");
      same(
          label,
          "build",
          stated.annotations().getOrDefault(Provenance.CONTROL, "none"),
          "sha1:" + facts.checksum().hex(),
          "the image has");
    }
    layer(
        label,
        stated,
        Optional.ofNullable(actual)
            .flatMap(ApkSoftware::layer)
            .filter(each -> !ambiguous.contains(each.digest())));
    String layer = stated.annotations().get(Provenance.LAYER);
    if (ApkOrigin.Stored.VERBATIM.toString().equals(stated.annotations().get(Provenance.STORED))
        && !("sha256:" + stated.digest()).equals(layer)) {
      flaws.add(ID, label, "the layer " + layer + " is not its data segment " + stated.digest());
    }
    ApkOrigin.Proof proof = proofs.get(label);
    if (proof != null) {
      proof(label, stated, proof);
    }
  }

  /** Checks a package that the provenance calls the base image's. */
  void ofBase(String label) {
    ApkOrigin.Proof proof = proofs.get(label);
    if (proof != null) {
      same(
          label,
          "form",
          ApkOrigin.Stored.BASE.toString(),
          proof.stored().toString(),
          "the proof of origin has");
    }
  }

  /** Compares with what the proof of origin says about the package. */
  private void proof(String label, Dependency stated, ApkOrigin.Proof proof) {
    same(
        label,
        "form",
        stated.annotations().getOrDefault(Provenance.STORED, "none"),
        proof.stored().toString(),
        "the proof of origin has");
    OriginCheck.head(proof)
        .map(PackageHead::control)
        .flatMap(each -> each.info().dataHash())
        .ifPresent(
            each ->
                same(
                    label,
                    "data segment",
                    stated.algorithm() + ":" + stated.digest(),
                    "sha256:" + each,
                    "its packager wrote"));
  }

  /** Checks an npm package. */
  void npm(Dependency stated) {
    String path = stated.annotations().getOrDefault(Provenance.PATH, "");
    NpmSoftware actual = npm.get(path);
    if (actual == null) {
      flaws.add(ID, stated.name(), "the image has no /" + path + "/package.json of a package");
    } else {
      same(stated.name(), "name", stated.name(), actual.facts().id(), "the image has");
      String url = PackageUrl.npm(actual.facts().name(), actual.facts().version()).toString();
      same(stated.name(), "address", stated.uri(), url, "the image has");
    }
    layer(
        stated.name(),
        stated,
        Optional.ofNullable(actual).flatMap(NpmSoftware::evidence).flatMap(FileEvidence::layer));
  }

  /**
   * Checks that the provenance names the packages that this release's npm locks have for the image,
   * by the hashes of their archives. The image itself cannot tell a package that was an input from
   * one that an input brought with it.
   */
  void locked(List<Dependency> stated) {
    GlobalModules modules = image.unowned().modules();
    if (modules == null) {
      return;
    }
    Map<String, String> hashes = new HashMap<>();
    stated.forEach(
        each ->
            hashes.put(
                each.annotations().getOrDefault(Provenance.PATH, ""),
                each.algorithm() + ":" + each.digest()));
    modules
        .packages()
        .forEach(
            (directory, pkg) ->
                pkg.tarballIntegrity()
                    .ifPresent(
                        hash ->
                            same(
                                directory,
                                "hash",
                                hashes.getOrDefault(directory, "missing"),
                                hash.algorithm().label() + ":" + hash.hex(),
                                "the npm lock of this release has")));
  }

  private void layer(String name, Dependency stated, Optional<HoldingLayer> actual) {
    String layer = stated.annotations().get(Provenance.LAYER);
    if (layer != null && NamedPackages.layer(layer, image) == null) {
      flaws.add(ID, name, "the image has no layer " + layer);
    } else {
      actual.ifPresent(
          each ->
              same(
                  name,
                  "layer",
                  String.valueOf(layer),
                  each.digest().toString(),
                  "the image has its files in"));
    }
  }

  private void same(String name, String what, String stated, String actual, String source) {
    if (!stated.equals(actual)) {
      flaws.add(
          ID,
          name,
          "its " + what + " is " + stated + " in the provenance, and " + source + " " + actual);
    }
  }
}
