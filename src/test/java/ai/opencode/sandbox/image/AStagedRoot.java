package ai.opencode.sandbox.image;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.APlacedEntry;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.scripts.CertificateFlaws;
import ai.opencode.sandbox.install.scripts.ScriptReport;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The input of an image's last step, without a build: layers are short texts, and packages are
 * installed in apk's database alone.
 */
final class AStagedRoot {

  static final Digest BASE = Digest.sha256("the base");

  private Root below = Root.builder().build();
  private final List<InstalledPackage> before = new ArrayList<>();
  private final List<FetchedPackage> installed = new ArrayList<>();
  private final List<StagedLayer> layers = new ArrayList<>();
  private final List<StagedLayer> npm = new ArrayList<>();
  private ImageSoftware inherited = ImageSoftware.NONE;
  private String layerType = MediaType.LAYER_GZIP;

  AStagedRoot() {
    ASmallUpstream.baseFiles().forEach(this::withFile);
  }

  AStagedRoot withFile(String path, String text) {
    return withFile(path, text.getBytes(StandardCharsets.UTF_8));
  }

  AStagedRoot withFile(String path, byte[] content) {
    Root.Builder root = below.toBuilder();
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (root.get(path.substring(0, slash)) == null) {
        root.put(path.substring(0, slash), Node.directory(0755, 0, 0));
      }
    }
    root.put(path, Node.file(new Access(0644, 0, 0), content));
    below = root.build();
    return this;
  }

  AStagedRoot without(String path) {
    Root.Builder root = below.toBuilder();
    root.remove(path);
    below = root.build();
    return this;
  }

  /** Adds packages of the base to its database. */
  AStagedRoot before(AnApk... packages) {
    for (AnApk each : packages) {
      before.add(new InstalledPackage(each.toPackage(), List.of()));
    }
    return withFile("lib/apk/db/installed", new InstalledDatabase(before).toText());
  }

  /** Installs packages, in this order. */
  AStagedRoot installing(AnApk... packages) throws IOException {
    for (AnApk each : packages) {
      installed.add(AFetchedPackage.of(each));
    }
    return this;
  }

  AStagedRoot with(StagedLayer layer) {
    layers.add(layer);
    return this;
  }

  AStagedRoot withNpm(StagedLayer layer) {
    npm.add(layer);
    return this;
  }

  AStagedRoot inheriting(ImageSoftware software) {
    inherited = software;
    return this;
  }

  AStagedRoot ofBaseLayersOfType(String type) {
    layerType = type;
    return this;
  }

  LayeredRoot layered() throws IOException {
    List<PlacedPackage> placed = installed.stream().map(AStagedRoot::placed).toList();
    InstalledDatabase database =
        new InstalledDatabase(before)
            .with(
                installed.stream().map(apk -> new InstalledPackage(apk.pkg(), List.of())).toList());
    List<DatabaseState.Added> added = new ArrayList<>();
    for (FetchedPackage each : installed) {
      added.add(new DatabaseState.Added(each.pkg(), each.control()));
    }
    return new LayeredRoot(
        layers,
        new InstalledRoot(below, placed, database, Set.of()),
        ApkDatabase.of(below).state(new InstalledDatabase(before)).after(database, added),
        new ScriptReport(List.of(), List.of(), CertificateFlaws.NONE, false));
  }

  /** Returns a package whose entries have no places. */
  private static PlacedPackage placed(FetchedPackage apk) {
    return new PlacedPackage(
        apk, apk.entries().stream().map(each -> APlacedEntry.at(null, each)).toList(), List.of());
  }

  StagedRoot in(Cache cache, ImageDefinition definition) throws IOException {
    byte[] base = gzip("the base's layer");
    Descriptor layer = cache.blobs().put(layerType, base);
    ImageConfig config =
        ImageConfig.scratch(Platform.LINUX_AMD64)
            .withLayer(Digest.sha256("the base's layer"), "base", "");
    LayeredRoot root = layered();
    List<StagedLayer> added = new ArrayList<>(layers);
    added.addAll(npm);
    return new StagedRoot(
        List.of(layer),
        config,
        added,
        ImageFiles.of(
            definition, OwnSources.none(), root, World.parse("").with(definition.allPackages())),
        inherited);
  }

  /** Returns a layer of which only the bytes count, and keeps them in the cache. */
  static StagedLayer layer(Cache cache, String text, StagedLayer.Obtained obtained)
      throws IOException {
    return new StagedLayer(
        cache.blobs().put(MediaType.LAYER_GZIP, gzip(text)),
        Digest.sha256(text),
        text.length(),
        new PlannedLayer.Npm(text, List.of(SomeNpmFacts.of(text + "@1.0.0"))),
        Optional.of(Digest.sha256("recipe of " + text)),
        obtained);
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
