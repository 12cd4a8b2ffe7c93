package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The Alpine packages of an image, each with its entry in the form of a lock.
 *
 * @param packages all packages in apk's database, in its order
 */
record AttestedPackages(List<Attested> packages) {

  /**
   * A package.
   *
   * @param layers the digests of the layers with its files
   * @param locked its entry in the lock; empty for a package of the base image
   */
  record Attested(ApkFacts facts, List<Digest> layers, Optional<LockedPackage> locked) {

    /** Returns whether a layer is the package's data segment, unchanged. */
    boolean isVerbatim() {
      return locked.filter(each -> layers.equals(List.of(each.data().hash()))).isPresent();
    }

    /** Returns the layer with the package's files, unless the base image has them. */
    Optional<Digest> layer() {
      return locked.isPresent() ? layers.stream().findFirst() : Optional.empty();
    }

    ApkOrigin.Stored stored() {
      if (locked.isEmpty()) {
        return ApkOrigin.Stored.BASE;
      }
      return isVerbatim() ? ApkOrigin.Stored.VERBATIM : ApkOrigin.Stored.REWRITTEN;
    }
  }

  AttestedPackages {
    packages = List.copyOf(packages);
  }

  static AttestedPackages of(AttestationStage.Subject subject) {
    List<Attested> packages = new ArrayList<>();
    for (InLayers<ApkFacts> each : subject.image().software().apk()) {
      packages.add(
          new Attested(each.pkg(), each.layers(), subject.contents().find(each.pkg().checksum())));
    }
    return new AttestedPackages(packages);
  }

  /** Returns the inputs of an image and its parents, the parents first. */
  static List<ImageContents> lineage(ImageContents contents) {
    List<ImageContents> lineage = new ArrayList<>();
    for (Optional<ImageContents> each = Optional.of(contents);
        each.isPresent();
        each = each.get().parent()) {
      lineage.add(0, each.get());
    }
    return lineage;
  }

  /** Returns the packages that are not from the base image, with their entries in the lock. */
  List<LockedPackage> locked() {
    return packages.stream().flatMap(each -> each.locked().stream()).toList();
  }

  /**
   * Returns the heads of the packages that are not from the base image. The fetcher has them in the
   * cache, unless that was emptied since the image was made.
   */
  Map<Checksum, PackageHead> heads(PackageFetcher fetcher, Platform platform) throws IOException {
    Map<Checksum, PackageHead> heads = new HashMap<>();
    for (LockedPackage each : locked()) {
      heads.put(each.checksum(), fetcher.head(ResolvedPackage.Named.of(each, platform).location()));
    }
    return heads;
  }

  /** Returns the proof of the packages' origin. */
  ApkOrigin origin(
      Map<Checksum, PackageHead> heads, SortedMap<String, Digest> keys, OriginBase base) {
    List<ApkOrigin.Proof> proofs = new ArrayList<>();
    for (Attested each : packages) {
      ApkFacts facts = each.facts();
      PackageHead head = heads.get(facts.checksum());
      proofs.add(
          new ApkOrigin.Proof(
              facts.name(),
              facts.version().toString(),
              facts.architecture(),
              each.stored(),
              each.layer(),
              head == null ? new byte[0] : head.bytes()));
    }
    return new ApkOrigin(proofs, new TreeMap<>(keys), base);
  }
}
