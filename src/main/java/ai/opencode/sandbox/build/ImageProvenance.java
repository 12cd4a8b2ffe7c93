package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.attest.PackageUrl;
import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Provenance.Dependency;
import ai.opencode.sandbox.build.AttestedPackages.Attested;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.lock.LockedInputs;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The provenance of a finished image: its base image, its Alpine packages with the layers that have
 * their files, and its npm packages.
 */
final class ImageProvenance {

  private ImageProvenance() {}

  static Provenance of(
      AttestationStage.Subject subject, AttestedPackages attested, FetchedBase base) {
    Platform platform = subject.planned().platform();
    List<Dependency> dependencies = new ArrayList<>();
    dependencies.add(
        new Dependency(Provenance.LOCK, "", "sha256", lock(subject.contents(), base).hex()));
    dependencies.add(base(base, platform, attested));
    for (Attested each : attested.packages()) {
      each.locked().ifPresent(locked -> dependencies.add(apk(each, locked)));
    }
    for (InLayers<NpmFacts> each : subject.image().software().npm()) {
      each.pkg().integrity().ifPresent(integrity -> dependencies.add(npm(each, integrity)));
    }
    return new Provenance(
        subject.planned().name(),
        platform.toString(),
        subject.version(),
        Project.version(),
        dependencies);
  }

  /** Returns the base image, with those of its packages that the image still has. */
  private static Dependency base(FetchedBase base, Platform platform, AttestedPackages attested) {
    SortedMap<String, String> annotations = new TreeMap<>();
    annotations.put(
        Provenance.PACKAGES,
        attested.packages().stream()
            .filter(each -> each.locked().isEmpty())
            .map(each -> each.facts().label())
            .collect(Collectors.joining(" ")));
    return new Dependency(
        Provenance.BASE, url(base, platform), "sha256", base.manifest().hex(), annotations);
  }

  /** Returns the address of the base image; empty for one that has no name. */
  static String url(FetchedBase base, Platform platform) {
    Reference reference = base.reference();
    if (reference == null) {
      return "";
    }
    String repository = reference.repository();
    return PackageUrl.image(
            repository.substring(repository.lastIndexOf('/') + 1),
            Optional.of(base.root()),
            platform.architecture())
        .toString();
  }

  private static Dependency apk(Attested attested, LockedPackage locked) {
    ApkFacts facts = attested.facts();
    SortedMap<String, String> annotations = new TreeMap<>();
    annotations.put(Provenance.CONTROL, "sha1:" + locked.checksum().hex());
    annotations.put(Provenance.STORED, attested.stored().toString());
    attested.layer().ifPresent(layer -> annotations.put(Provenance.LAYER, layer.toString()));
    return new Dependency(
        facts.label() + ".apk",
        PackageUrl.apk(
                "alpine",
                facts.name(),
                facts.version().toString(),
                Map.of("arch", facts.architecture()))
            .toString(),
        "sha256",
        locked.data().hash().hex(),
        annotations);
  }

  private static Dependency npm(InLayers<NpmFacts> npm, Integrity integrity) {
    SortedMap<String, String> annotations = new TreeMap<>();
    annotations.put(Provenance.PATH, npm.pkg().path());
    npm.layers().stream()
        .findFirst()
        .ifPresent(layer -> annotations.put(Provenance.LAYER, layer.toString()));
    return new Dependency(
        npm.pkg().id(),
        PackageUrl.npm(npm.pkg().name(), npm.pkg().version()).toString(),
        integrity.algorithm().label(),
        integrity.hex(),
        annotations);
  }

  /** Returns the digest of what a lock names for an image and its parents. */
  static Digest lock(ImageContents contents, FetchedBase base) {
    return LockedInputs.digest(
        base.manifest(),
        AttestedPackages.lineage(contents).stream().map(ImageContents::inputs).toList());
  }
}
