package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.attest.inputs.BuiltBill;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.image.ManifestRecords;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.records.CarriedRecords;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The stage that writes statements about finished images. It reads values that the stages before
 * have made, and finds the statements of an earlier build by the image's digest.
 */
final class AttestationStage {

  /**
   * The format's version: raise it whenever the same image gets other statements. Since version 4
   * the proof of origin has the base image's documents.
   */
  private static final int FORMAT = 4;

  private static final String KIND = "attestations";

  private final Set<AttestationKind> kinds;
  private final PackageFetcher packages;
  private final Cache cache;
  private final Progress progress;
  private final ManifestRecords records;

  /**
   * A finished image with its inputs.
   *
   * @param version the version in the image's labels
   * @param carried the records of the image and its parents, which its manifest of statements lists
   *     too
   */
  record Subject(
      PlannedImage planned,
      String version,
      FinishedImage image,
      ImageContents contents,
      List<CarriedRecords> carried) {

    Subject {
      carried = List.copyOf(carried);
    }

    Digest manifest() {
      return image.manifest().digest();
    }
  }

  AttestationStage(
      Set<AttestationKind> kinds, PackageFetcher packages, Cache cache, Progress progress) {
    this.kinds = kinds;
    this.packages = packages;
    this.cache = cache;
    this.progress = progress;
    this.records = new ManifestRecords(cache, KIND, FORMAT);
  }

  /** Returns the entry for the index with the statements about an image; empty without kinds. */
  Optional<Descriptor> attestation(Subject subject, PlatformInputs inputs) throws IOException {
    if (kinds.isEmpty()) {
      return Optional.empty();
    }
    Digest key = key(subject, inputs);
    Optional<Descriptor> known = records.find(key);
    if (known.isPresent()) {
      return Optional.of(AttestationManifest.entry(subject.manifest(), known.get()));
    }
    List<Statement> statements = new ArrayList<>();
    AttestedPackages attested = AttestedPackages.of(subject);
    for (AttestationKind kind : new TreeSet<>(kinds)) {
      statements.add(
          Statement.of(kind, subject.manifest(), predicate(kind, subject, attested, inputs)));
    }
    Descriptor written =
        AttestationManifest.write(
            subject.manifest(),
            statements,
            subject.carried().stream().flatMap(each -> each.blobs().stream()).toList(),
            cache.blobs());
    records.keep(key, written);
    return Optional.of(written);
  }

  private byte[] predicate(
      AttestationKind kind, Subject subject, AttestedPackages attested, PlatformInputs inputs)
      throws IOException {
    return switch (kind) {
      case SBOM ->
          Sbom.ofProgram(Project.version())
              .spdx(BuiltBill.of(subject.image(), Optional.of(subject.contents()), cache));
      case PROVENANCE -> ImageProvenance.of(subject, attested, inputs.base()).toJson();
      case ORIGIN -> origin(subject, attested, inputs).toJson();
    };
  }

  private ApkOrigin origin(Subject subject, AttestedPackages attested, PlatformInputs inputs)
      throws IOException {
    Map<Checksum, PackageHead> heads = attested.heads(packages, subject.planned().platform());
    new PackageSignatures(inputs.imageKeys())
        .warning(subject.planned().label(), subject.contents().inputs().packages(), heads)
        .ifPresent(progress::warn);
    return attested.origin(heads, keys(subject, inputs), base(inputs.base()));
  }

  private OriginBase base(FetchedBase base) throws IOException {
    byte[] index =
        base.root().equals(base.manifest()) ? new byte[0] : cache.blobs().read(base.root());
    return new OriginBase(index, cache.blobs().read(base.manifest()));
  }

  /** Returns the fingerprints of the image's keys, from the lock if it has them. */
  private static SortedMap<String, Digest> keys(Subject subject, PlatformInputs inputs)
      throws IOException {
    LockedImage first = AttestedPackages.lineage(subject.contents()).get(0).inputs();
    return first.base() == null ? inputs.keyFingerprints() : first.keys();
  }

  /**
   * Returns the key of the record of an image's statements. The lock is a part of it, because two
   * locks may give the same image, but the statements contain what is in the lock.
   */
  private Digest key(Subject subject, PlatformInputs inputs) {
    return Recipe.of(KIND, FORMAT)
        .add(subject.manifest())
        .add(ImageProvenance.lock(subject.contents(), inputs.base()))
        .add(ImageProvenance.url(inputs.base(), subject.planned().platform()))
        .add(
            AttestedPackages.lineage(subject.contents()).stream()
                .flatMap(each -> each.inputs().packages().stream())
                .map(each -> each.repository().text())
                .toList())
        .add(subject.carried(), (to, each) -> to.add(each.facts().digest()))
        .add(subject.planned().name())
        .add(subject.version())
        .add(Project.version())
        .add(new TreeSet<>(kinds).stream().map(AttestationKind::toString).toList())
        .digest();
  }
}
