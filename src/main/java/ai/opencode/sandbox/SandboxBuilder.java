package ai.opencode.sandbox;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.build.ArchivedInputs;
import ai.opencode.sandbox.build.Archiving;
import ai.opencode.sandbox.build.Build;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.Relock;
import ai.opencode.sandbox.build.Supply;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.publish.Destination;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.LocalTarget;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Builds images from definitions, without container engine. Images are complete in the cache when
 * {@link #build} returns; {@link #send} copies them to where they are wanted, and {@link #jibBase}
 * gives them to Jib.
 *
 * <pre>{@code
 * var builder = new SandboxBuilder(BuildSettings.standard(), Progress.silent());
 * var images = builder.build(List.of(SandboxImages.developer().withName("acme/tools").withPackages("ripgrep")));
 * builder.send(images, Target.of("oci:images"));
 * }</pre>
 *
 * <p>Has no state but its settings: one may be used by several threads at once, and several with
 * other settings or caches beside each other. Interrupting a thread that builds or sends ends that
 * within moments, with an exception and the thread's interrupted status set; what was finished
 * stays in the cache, nothing else does, and no thread is left behind.
 */
public final class SandboxBuilder {

  /** A cache with more damaged files than this is better deleted as a whole. */
  private static final int MOST_REPAIRS = 20;

  private final BuildSettings settings;
  private final Progress progress;
  private final Supplier<NpmRegistry> npmRegistry;

  public SandboxBuilder(BuildSettings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
    this.npmRegistry = new Once<>(() -> npmRegistry(settings));
  }

  /**
   * Makes images, with the parents that they need, in the order of {@code definitions}.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException one of its six kinds, where inputs,
   *     network or lock stand against it; nothing half-made is left behind
   */
  public List<BuiltImage> build(List<ImageDefinition> definitions) throws IOException {
    return repairing(cache -> build(cache, definitions));
  }

  /**
   * Finds out what the repositories have today, and writes nothing.
   *
   * @return a lock for the settings' platforms
   * @throws UsageException where only the stand-in is within reach, which is not locked
   */
  public LockFile relock(List<ImageDefinition> definitions) throws IOException {
    return repairing(cache -> relock(cache, definitions, Relock.everything()));
  }

  /**
   * Brings a few packages of a lock up to date, with what must move along; everything else stays as
   * far as the repositories still have it. Writes nothing.
   *
   * @param lock what stays
   * @param packages names
   * @throws UsageException where the lock has no package of such a name, or its upstream is not
   *     this builder's
   */
  public LockFile relock(List<ImageDefinition> definitions, LockFile lock, Set<String> packages)
      throws IOException {
    Relock relock = new Relock(lock, packages);
    return repairing(cache -> relock(cache, definitions, relock));
  }

  /**
   * Writes everything that the lock file names into an archive, from which the same images are made
   * without a network: a build from the lock, in an empty cache, of which every input is kept.
   *
   * @param definitions that the lock file has
   * @return one line that says what the archive holds
   * @throws ai.opencode.sandbox.failure.LockException where there is no lock file, it does not
   *     settle the images, or something that it names no longer exists
   * @throws UsageException where the upstream is the stand-in
   */
  public String archive(List<ImageDefinition> definitions, ArchivePlace place) throws IOException {
    return repairing(
        cache -> new Archiving(settings, npmRegistry, progress).archive(cache, definitions, place));
  }

  private interface Work<T> {
    T in(Cache cache) throws IOException;
  }

  private <T> T repairing(Work<T> work) throws IOException {
    Cache cache = new Cache(settings.cache());
    for (int repairs = 0; ; repairs++) {
      try {
        return work.in(cache);
      } catch (DamagedFileException e) {
        boolean reachable =
            !settings.offline() || settings.upstream() instanceof UpstreamChoice.Archive;
        if (!reachable || repairs == MOST_REPAIRS || !cache.discard(e.file())) {
          throw e;
        }
        progress.warn(e.file() + " was not what its name says; it is fetched or made again");
      }
    }
  }

  private List<BuiltImage> build(Cache cache, List<ImageDefinition> definitions)
      throws IOException {
    if (!Gzip.isReproducible()) {
      progress.warn(
          "This Java compresses with another zlib than most (zlib-ng?): the images work, but their"
              + " digests are not those of other machines");
    }
    ImageAssembly assembly = new ImageAssembly(cache);
    Map<ImageDefinition, List<FinishedImage>> finished = new LinkedHashMap<>();
    Map<ImageDefinition, List<BuiltPlatform>> built = new LinkedHashMap<>();
    Supply supply = Supply.of(settings, cache, progress);
    try (Build build = new Build(settings, cache, assembly, npmRegistry, supply, null, progress)) {
      for (Platform platform : settings.platforms()) {
        Build.OnPlatform onPlatform = build.on(platform, definitions);
        for (ImageDefinition definition : definitions) {
          long start = System.nanoTime();
          FinishedImage image = onPlatform.image(definition);
          long millis = (System.nanoTime() - start) / 1_000_000;
          finished.computeIfAbsent(definition, key -> new ArrayList<>()).add(image);
          built.computeIfAbsent(definition, key -> new ArrayList<>()).add(built(image, millis));
        }
      }
      build.writeLock();
      List<BuiltImage> images = new ArrayList<>();
      for (ImageDefinition definition : definitions) {
        List<FinishedImage> platforms = finished.getOrDefault(definition, List.of());
        Descriptor index = assembly.index(platforms);
        images.add(
            new BuiltImage(
                definition.name(),
                settings.version(),
                build.upstream().name(),
                build.upstream().publishable(),
                index,
                built.getOrDefault(definition, List.of()),
                platforms.stream().flatMap(each -> each.planned().stream()).distinct().toList()));
      }
      return images;
    }
  }

  private LockFile relock(Cache cache, List<ImageDefinition> definitions, Relock relock)
      throws IOException {
    // Data hashes and diff IDs are known only of what has been fetched, so this is a build.
    BuildSettings unlocked = settings.withLockFile(null, false);
    ImageAssembly assembly = new ImageAssembly(cache);
    Supply supply = Supply.of(settings, cache, progress);
    try (Build build =
        new Build(unlocked, cache, assembly, npmRegistry, supply, relock, progress)) {
      for (Platform platform : settings.platforms()) {
        Build.OnPlatform onPlatform = build.on(platform, definitions);
        if (!build.upstream().lockable()) {
          throw new UsageException(
              "The stand-in is not locked: it is made anew wherever it is used; use --upstream"
                  + " official or mirror");
        }
        for (ImageDefinition definition : definitions) {
          onPlatform.image(definition);
        }
      }
      return build.lock();
    }
  }

  private static BuiltPlatform built(FinishedImage image, long millis) {
    return new BuiltPlatform(
        image.manifest(),
        image.layers(),
        image.compressedBytes(),
        image.diskBytes(),
        image.reusedLayers(),
        millis);
  }

  /**
   * Makes sure that targets can be reached, before a build takes its time: the engine answers and
   * runs one of the platforms, registries answer and know who asks.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException where one cannot be, with the reason
   */
  public void requireReachable(List<ImageDefinition> definitions, List<Target> targets)
      throws IOException {
    for (Target target : targets) {
      requireMayLeave(target);
    }
    List<String> platforms = settings.platforms().stream().map(Platform::toString).toList();
    for (Target target : targets) {
      if (target instanceof Target.DockerDaemon) {
        try (EngineStore engine = EngineStore.connect(progress)) {
          LocalTarget.requirePlatform(platforms, engine.platform(), target);
        }
      } else if (target instanceof Target.DockerArchive) {
        LocalTarget.requirePlatform(platforms, Platform.host(), target);
      } else if (target instanceof Target.RegistryImage image) {
        new Publisher(settings.registries()).requireAccess(image.reference());
      } else if (target instanceof Target.RegistryNamespace namespace && !definitions.isEmpty()) {
        new Publisher(settings.registries())
            .requireAccess(Reference.of(namespace.prefix() + definitions.get(0).name()));
      }
    }
  }

  /** What would be refused after the build is refused before it. */
  private void requireMayLeave(Target target) throws IOException {
    Reference there =
        target instanceof Target.RegistryImage image
            ? image.reference()
            : target instanceof Target.RegistryNamespace namespace
                ? Reference.of(namespace.prefix() + "image")
                : null;
    if (there == null
        || there.isLoopback()
        || !(settings.upstream() instanceof UpstreamChoice.Archive)) {
      return;
    }
    InputArchive archive =
        Supply.of(settings, new Cache(settings.cache()), progress).archive().orElseThrow();
    Optional<LockFile> own =
        settings.lockFile() == null ? Optional.empty() : LockFile.read(settings.lockFile());
    if (ArchivedInputs.of(settings, archive, own).upstream().equals(Upstream.ARCHIVE)) {
      throw Destination.staysHere("These images would be", target.toString());
    }
  }

  /**
   * Copies finished images to a target, under all their tags.
   *
   * @return one line for each image that says where it is now
   * @throws VerificationException where stand-in images are to leave this machine, or a version is
   *     published with other content
   */
  public List<String> send(List<BuiltImage> images, Target target) throws IOException {
    return send(images, target, Publication.standard());
  }

  /**
   * Copies finished images to a target.
   *
   * @param publication for registries and engines; an OCI image layout knows names alone
   * @return one line for each image that says where it is now
   * @throws DamagedFileException where the cache was changed; the file is removed, and building and
   *     sending again repairs it
   * @throws VerificationException where stand-in images are to leave this machine, or a version is
   *     published with other content
   */
  public List<String> send(List<BuiltImage> images, Target target, Publication publication)
      throws IOException {
    Cache cache = new Cache(settings.cache());
    try {
      return send(cache, images, target, publication);
    } catch (DamagedFileException e) {
      // What is not there any more is made again by the next build.
      cache.discard(e.file());
      throw e;
    }
  }

  private List<String> send(
      Cache cache, List<BuiltImage> images, Target target, Publication publication)
      throws IOException {
    LocalTarget local = new LocalTarget(cache, images);
    if (target instanceof Target.OciFolder folder) {
      return local.write(folder);
    }
    if (target instanceof Target.OciArchive archive) {
      return local.write(archive);
    }
    if (target instanceof Target.DockerArchive archive) {
      return local.write(archive, publication.tags());
    }
    if (target instanceof Target.DockerDaemon daemon) {
      return local.write(daemon, publication.tags(), progress);
    }
    List<StoredImage> stored =
        images.stream().map(image -> StoredImage.of(image, cache.blobs())).toList();
    return new ImagePublisher(settings.registries(), progress).publish(stored, target, publication);
  }

  /**
   * A built image to go on with in Jib: for this machine's platform, or the only one that it has.
   *
   * @throws ai.opencode.sandbox.failure.UsageException where it is for several others
   */
  public JibBase jibBase(BuiltImage image) throws IOException {
    Platform only = image.platforms().get(0).manifest().platform();
    return jibBase(image, image.platforms().size() == 1 && only != null ? only : Platform.host());
  }

  /**
   * A built image to go on with in Jib.
   *
   * @throws ai.opencode.sandbox.failure.UsageException where it was not built for that platform
   */
  public JibBase jibBase(BuiltImage image, Platform platform) throws IOException {
    return JibBase.open(image, platform, new Cache(settings.cache()));
  }

  private static NpmRegistry npmRegistry(BuildSettings settings) {
    NpmSettings process = NpmSettings.ofProcess();
    if (settings.npmRegistry() == null) {
      return NpmRegistry.from(process);
    }
    Map<String, String> properties = new TreeMap<>(process.properties());
    properties.put(NpmRegistry.PROPERTY, settings.npmRegistry());
    return NpmRegistry.from(
        new NpmSettings(
            properties, process.environment(), process.workingDirectory(), process.home()));
  }
}
