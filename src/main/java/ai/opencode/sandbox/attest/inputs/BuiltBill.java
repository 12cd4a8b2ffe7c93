package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.attest.inputs.VisibleEvidence.Found;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.BillSubject;
import ai.opencode.sandbox.attest.sbom.GoSoftware;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.OsRelease;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.evidence.Evidence;
import ai.opencode.sandbox.evidence.EvidenceRecords;
import ai.opencode.sandbox.evidence.PackageJson;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The bill of an image that a build has made, whose blobs are in the cache. It costs no reading of
 * layers: what their files say was found when they were fetched or written. Only the image's own
 * small layer is read once, which holds apk's list of packages.
 */
public final class BuiltBill {

  private static final List<String> RELEASES = List.of("etc/os-release", "usr/lib/os-release");
  private static final List<String> DATABASES =
      List.of("lib/apk/db/installed", "usr/lib/apk/db/installed");

  private final FinishedImage image;
  private final VisibleEvidence visible = new VisibleEvidence();
  private final DatabaseFacts database;
  private final Map<String, LockedPackage> locked = new HashMap<>();

  private BuiltBill(FinishedImage image, Optional<ImageContents> contents, Cache cache)
      throws IOException {
    this.image = image;
    EvidenceRecords records = new EvidenceRecords(cache);
    for (Descriptor layer : image.blobs()) {
      visible.add(layer, records.of(layer));
    }
    this.database = DatabaseFacts.of(visible.firstOf(DATABASES), visible, cache);
    contents.ifPresent(this::addLocked);
  }

  /**
   * Returns the bill of an image for one platform.
   *
   * @param contents the image's inputs; empty for images that a caller joined
   */
  public static SoftwareBill of(FinishedImage image, Optional<ImageContents> contents, Cache cache)
      throws IOException {
    BuiltBill bill = new BuiltBill(image, contents, cache);
    return new SoftwareBill(
        bill.subject(cache),
        bill.apk(),
        bill.npm(),
        bill.go(),
        bill.visible.firstOf(DATABASES).map(Found::file));
  }

  /**
   * Returns the places of the records that the bill of an image is made from.
   *
   * @param below the layers that are left out
   */
  public static List<RecordKey> records(FinishedImage image, Set<Digest> below, Cache cache)
      throws IOException {
    BuiltBill bill = new BuiltBill(image, Optional.empty(), cache);
    List<RecordKey> keys = new ArrayList<>();
    image.blobs().stream()
        .map(Descriptor::digest)
        .filter(layer -> !below.contains(layer))
        .forEach(layer -> keys.add(EvidenceRecords.key(layer)));
    bill.visible
        .firstOf(DATABASES)
        .ifPresent(file -> keys.add(DatabaseFacts.key(file, bill.visible)));
    return keys;
  }

  private Platform platform() {
    return Objects.requireNonNull(image.manifest().platform());
  }

  /** Adds the packages of the parents first: an image's own build of a package replaces theirs. */
  private void addLocked(ImageContents contents) {
    contents.parent().ifPresent(this::addLocked);
    contents.inputs().packages().forEach(each -> locked.put(each.name(), each));
  }

  private BillSubject subject(Cache cache) throws IOException {
    Descriptor manifest = image.manifest();
    Map<String, String> about = image.annotations();
    Digest config =
        Manifest.parse(cache.blobs().read(manifest.digest()), "the image's manifest")
            .config()
            .digest();
    return new BillSubject(
        about.getOrDefault(Annotations.TITLE, "image"),
        about.getOrDefault(Annotations.VERSION, ""),
        platform(),
        Optional.of(manifest.digest()),
        ImageConfig.parse(cache.blobs().read(config), "the image's configuration").created(),
        release());
  }

  private Optional<OsRelease> release() {
    return visible
        .firstOf(RELEASES)
        .map(Found::content)
        .flatMap(
            each ->
                each instanceof Evidence.OfRelease release
                    ? OsRelease.parse(release.text())
                    : Optional.empty());
  }

  private List<ApkSoftware> apk() {
    Map<String, List<Digest>> layers = new HashMap<>();
    image.software().apk().forEach(each -> layers.put(each.pkg().name(), each.layers()));
    List<ApkSoftware> all = new ArrayList<>();
    for (DatabaseFacts.Installed each : database.packages()) {
      String name = each.facts().name();
      // The name counts only together with the build: a base may have an older one.
      Optional<LockedPackage> input =
          Optional.ofNullable(locked.get(name))
              .filter(pkg -> pkg.checksum().equals(each.facts().checksum()));
      all.add(
          new ApkSoftware(
              each.facts(),
              layer(each, layers.getOrDefault(name, List.of())),
              input.map(pkg -> pkg.data().hash()),
              input.flatMap(pkg -> AlpineAddress.of(pkg, platform().apkArchitecture()))));
    }
    return all;
  }

  /** Returns the layer with a package's files; of several layers of a base the lowest. */
  private static Optional<HoldingLayer> layer(DatabaseFacts.Installed pkg, List<Digest> layers) {
    return pkg.hasFiles() ? layers.stream().findFirst().map(HoldingLayer::of) : Optional.empty();
  }

  private List<NpmSoftware> npm() {
    Map<String, Integrity> tarballs = new HashMap<>();
    image
        .software()
        .npm()
        .forEach(
            each ->
                each.pkg().integrity().ifPresent(hash -> tarballs.put(each.pkg().path(), hash)));
    List<NpmSoftware> all = new ArrayList<>();
    for (Found each : visible.files()) {
      if (each.content() instanceof Evidence.OfNpm npm) {
        PackageJson json = npm.json();
        String path = PackageJson.directory(each.seen().path());
        all.add(
            new NpmSoftware(
                new NpmFacts(
                    path,
                    json.name(),
                    json.version(),
                    Optional.ofNullable(tarballs.get(path)),
                    json.licence()),
                Optional.of(each.file()),
                Optional.ofNullable(database.owners().get(each.seen().path()))));
      }
    }
    return all;
  }

  private List<GoSoftware> go() {
    List<GoSoftware> all = new ArrayList<>();
    for (Found each : visible.files()) {
      if (each.content() instanceof Evidence.OfGo go) {
        all.add(new GoSoftware(each.file(), go.build(), carrier(each.seen().path())));
      }
    }
    return all;
  }

  private Optional<GoSoftware.Carrier> carrier(String path) {
    String owner = database.owners().get(path);
    if (owner != null) {
      return Optional.of(new GoSoftware.ApkCarrier(owner));
    }
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      String directory = path.substring(0, slash);
      if (visible.at(directory + "/package.json").isPresent()) {
        return Optional.of(new GoSoftware.NpmCarrier(directory));
      }
    }
    return Optional.empty();
  }
}
