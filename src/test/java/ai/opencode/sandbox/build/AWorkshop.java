package ai.opencode.sandbox.build;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.records.Borrowing;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.rootfs.BaseLayerScan;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of the stages of one platform: a base image in the cache, packages in a directory, and
 * no server. Values may be set before the first stage is made; a second workshop in the same
 * directory is a later build with the same cache.
 */
final class AWorkshop implements AutoCloseable {

  final AProgressLog log = new AProgressLog();
  final AnOrigin origin = new AnOrigin();
  final Cache cache;
  final Prefetch prefetch = new Prefetch();
  Platform platform = Platform.LINUX_AMD64;
  SortedMap<String, String> baseFiles = new TreeMap<>(ASmallUpstream.baseFiles());
  String baseName = "registry.example/alpine";

  /** Whether the base image has an index. */
  boolean baseIndex;

  UpstreamKind upstreamKind = UpstreamKind.MIRROR;
  LockMode mode = new LockMode.Use(Optional.empty(), false, false);
  @Nullable LockFile locked;
  String version = "1";
  @Nullable Instant creationTime;
  boolean strictScripts;

  private final Path folder;
  private final Layering layering;
  private final PackageFetcher packages;
  private @Nullable NpmStage npm;
  private @Nullable PlatformInputs inputs;
  private @Nullable LockSession lock;

  private AWorkshop(Path folder) {
    this.folder = folder;
    this.cache = new Cache(folder.resolve("cache"));
    this.layering = new Layering(cache, log);
    this.packages = new PackageFetcher(cache, origin);
  }

  /** A build whose repository has these packages. */
  static AWorkshop in(Path folder, AnApk... packages) {
    AWorkshop workshop = new AWorkshop(folder);
    for (Platform each : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      ARepository.in(workshop.repository())
          .architecture(each.apkArchitecture())
          .with(packages)
          .signed(ASmallUpstream.KEY)
          .write();
    }
    return workshop;
  }

  AWorkshop using(LockFile newLock) {
    locked = newLock;
    return this;
  }

  AWorkshop strictly(LockFile newLock) {
    mode = new LockMode.Use(Optional.empty(), true, false);
    return using(newLock);
  }

  Path repository() {
    return folder.resolve("repository");
  }

  /**
   * Returns a lock's entry for a package of this repository.
   *
   * @param requirer null for one that was asked for
   */
  LockedPackage locked(AnApk apk, @Nullable String requirer) {
    LockedPackage locked = ALock.locked(apk, requirer);
    return new LockedPackage(
        locked.name(),
        locked.version(),
        new RepositoryLocation(repository().toString()),
        locked.size(),
        locked.checksum(),
        locked.data(),
        LockedPackage.Cause.of(requirer));
  }

  /** A file system that has the files of the base image. */
  Root baseView() throws IOException {
    return BaseLayerScan.of(base().layers(), cache.blobs());
  }

  FetchedBase base() throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    for (Map.Entry<String, String> file : baseFiles.entrySet()) {
      byte[] text = file.getValue().getBytes(StandardCharsets.UTF_8);
      tar.write(new TarEntry.File(file.getKey(), Attributes.of(0644), text.length), text);
    }
    tar.finish();
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(blob)) {
      archive.writeTo(gzip);
    }
    List<Descriptor> layers = List.of(cache.blobs().put(MediaType.LAYER_GZIP, blob.toByteArray()));
    ImageConfig config =
        ImageConfig.scratch(platform).withLayer(Digest.sha256(archive.toByteArray()), "base", "");
    Descriptor stored = cache.blobs().put(MediaType.CONFIG, config.toJson());
    Digest manifest =
        cache
            .blobs()
            .put(MediaType.MANIFEST, new Manifest(stored, layers, Map.of()).toJson())
            .digest();
    Digest root = baseIndex ? index(manifest) : manifest;
    return new FetchedBase(
        baseName,
        ALock.BASE.withDigest(root),
        root,
        manifest,
        BaseLayer.of(layers, config),
        config);
  }

  PlatformInputs inputs() throws IOException {
    if (inputs == null) {
      Upstream upstream =
          new Upstream(
              upstreamKind,
              new Upstream.RegistryBase(ALock.BASE),
              List.of(new RepositoryLocation(repository().toString())));
      inputs =
          new PlatformInputs(
              platform,
              upstream,
              base(),
              cache,
              origin,
              log,
              new PlatformInputs.Choices(Optional.empty(), List.of()));
    }
    return inputs;
  }

  /** Returns the digest of an index that lists the base image alone. */
  private Digest index(Digest manifest) throws IOException {
    Descriptor listed =
        Descriptor.of(MediaType.MANIFEST, manifest, cache.blobs().size(manifest))
            .withPlatform(platform);
    return cache
        .blobs()
        .put(MediaType.INDEX, new ImageIndex(List.of(listed), Map.of()).toJson())
        .digest();
  }

  LockSession lock() throws IOException {
    if (lock == null) {
      Optional<LockFile> content = Optional.ofNullable(locked);
      KnownLock known = new KnownLock(mode, "the.lock", content, content, Optional.empty());
      lock = LockSession.begin(known, inputs().upstream(), log);
    }
    return lock;
  }

  NpmStage npm() {
    if (npm == null) {
      npm =
          new NpmStage(
              new TarballCache(
                  cache,
                  origin,
                  () -> {
                    throw new AssertionError("no registry");
                  },
                  log),
              layering,
              cache,
              strictScripts,
              log);
    }
    return npm;
  }

  LayerStage layers(BuildPlan plan) throws IOException {
    return new LayerStage(
        plan,
        inputs(),
        lock(),
        new PackageResolver(mode),
        new LayerStage.Tools(packages, layering, npm(), strictScripts, log),
        prefetch);
  }

  ImageStage images(BuildPlan plan) throws IOException {
    ImageAssembly assembly = new ImageAssembly(cache);
    return new ImageStage(
        inputs(),
        lock(),
        layers(plan),
        new ImageStage.Tools(
            assembly,
            new RecordsStage(inputs(), npm(), assembly, cache),
            new Borrowing(List.of(), RegistryAccess.standard(), cache, log),
            log),
        new ImageStage.Options(new ImageStamp(version, creationTime, Set.of()), strictScripts));
  }

  BuildPlan plan(ImageDefinition... definitions) {
    return BuildPlan.of(List.of(definitions), List.of(platform));
  }

  PlannedImage planned(ImageDefinition definition) {
    return plan(definition).on(platform).get(0);
  }

  @Override
  public void close() {
    prefetch.close();
    layering.close();
    if (inputs != null) {
      inputs.close();
    }
    packages.close();
    if (npm != null) {
      npm.close();
    }
  }
}
