package ai.opencode.sandbox.build;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.Explanation;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.records.Borrowing;
import ai.opencode.sandbox.records.CacheSource;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** The kinds of build: of images, of a lock, or of an archive of inputs. */
public final class Builds {

  private final BuildSettings settings;
  private final Supplier<NpmRegistry> npmRegistry;
  private final Progress progress;

  /**
   * Creates builds with common settings.
   *
   * @param npmRegistry the lookup of the npm registry's address, which is made only before a
   *     request to the registry
   */
  public Builds(BuildSettings settings, Supplier<NpmRegistry> npmRegistry, Progress progress) {
    this.settings = settings;
    this.npmRegistry = npmRegistry;
    this.progress = progress;
  }

  private Pipeline.Context context(BuildSettings settings, Borrowing borrowing) throws IOException {
    Cache cache = borrowing.cache();
    Supply supply = Supply.of(settings, cache, progress);
    return new Pipeline.Context(settings, cache, supply, npmRegistry, progress, borrowing);
  }

  private Borrowing borrowing(List<CacheSource> sources, Cache cache) {
    return new Borrowing(
        settings.inputs().offline() ? List.of() : sources, settings.registries(), cache, progress);
  }

  /** Returns the npm registry of settings, else that in the configuration of npm. */
  public static NpmRegistry npmRegistry(BuildSettings settings) {
    NpmSettings process = NpmSettings.ofProcess();
    if (settings.inputs().npmRegistry() == null) {
      return NpmRegistry.from(process);
    }
    Map<String, String> properties = new TreeMap<>(process.properties());
    properties.put(NpmRegistry.PROPERTY, settings.inputs().npmRegistry());
    return NpmRegistry.from(
        new NpmSettings(
            properties, process.environment(), process.workingDirectory(), process.home()));
  }

  /**
   * Returns the source of packages (upstream) that the images' labels will name; empty if only the
   * build finds it out.
   */
  public Optional<UpstreamKind> plannedUpstream() throws IOException {
    if (!(settings.inputs().upstream() instanceof UpstreamChoice.Archive)) {
      return settings.inputs().upstream().kind();
    }
    InputArchive archive =
        Supply.of(settings, new Cache(settings.cache()), progress).archive().orElseThrow();
    Optional<LockFile> own =
        settings.lock().file() == null ? Optional.empty() : LockFile.read(settings.lock().file());
    return Optional.of(ArchivedInputs.of(settings, archive, own).upstream());
  }

  private BuildPlan plan(List<ImageDefinition> definitions) {
    return BuildPlan.of(definitions, settings.platforms());
  }

  /**
   * Builds images and their parents, and writes the lock.
   *
   * @return one image for each definition, in their order
   * @throws ai.opencode.sandbox.failure.SandboxException if inputs, network or lock prevent it
   */
  public List<BuiltImage> images(Cache cache, List<ImageDefinition> definitions)
      throws IOException {
    return images(cache, definitions, Former.NONE);
  }

  /**
   * The former images that a build may use.
   *
   * @param sources the places in registries to look at, in order
   * @param lend whether blobs of the finished images may stay in the registry, from which the cache
   *     gets them when they are needed; otherwise all of them are in the cache after the build
   */
  public record Former(List<CacheSource> sources, boolean lend) {

    /** No former images. */
    public static final Former NONE = new Former(List.of(), false);

    public Former {
      sources = List.copyOf(sources);
    }
  }

  /**
   * Builds images like {@link #images(Cache, List)}, and reuses content of former images in
   * registries. If the build fails with them, the images are built again without them.
   */
  public List<BuiltImage> images(Cache cache, List<ImageDefinition> definitions, Former former)
      throws IOException {
    if (!Gzip.isReproducible()) {
      progress.warn(
          "This Java compresses with another zlib than most (zlib-ng?), so the images' digests"
              + " differ from those of other machines. Use another Java for equal digests.");
    }
    Borrowing borrowing = borrowing(former.sources(), cache);
    try {
      return images(definitions, borrowing, former.lend());
    } catch (IOException | RuntimeException e) {
      // Any failure may be caused by a former image, also one that looks like a damaged cache. So
      // the
      // build is done again without former images.
      if (!borrowing.isUsed() || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      borrowing.abandon(Explanation.of(e).sentence());
      return images(definitions, borrowing(List.of(), cache), false);
    }
  }

  private List<BuiltImage> images(
      List<ImageDefinition> definitions, Borrowing borrowing, boolean lend) throws IOException {
    try (Pipeline pipeline = Pipeline.open(context(settings, borrowing), LockMode.of(settings))) {
      Pipeline.Result result = pipeline.run(plan(definitions));
      if (borrowing.isUnproved() && !result.lock().provesAll()) {
        throw new VerificationException(
            "the lock names another result than the records of former images give. Build without"
                + " --cache-from.");
      }
      List<BuiltImage> images = new ArrayList<>();
      for (Pipeline.MadeImage made : result.images()) {
        images.add(built(made, result, pipeline));
      }
      if (!lend) {
        bring(images, borrowing.cache());
      }
      borrowing.settle();
      result.lock().write();
      return images;
    }
  }

  /** Brings all blobs of images into the cache. */
  private static void bring(List<BuiltImage> images, Cache cache) throws IOException {
    Set<Digest> all = new LinkedHashSet<>();
    for (BuiltImage image : images) {
      all.addAll(OciLayout.reachable(cache.blobs(), image.index()));
    }
    List<Callable<Digest>> work = new ArrayList<>();
    for (Digest digest : all) {
      work.add(
          () -> {
            cache.blobs().bring(digest);
            return digest;
          });
    }
    Parallel.run(work);
  }

  private BuiltImage built(Pipeline.MadeImage made, Pipeline.Result result, Pipeline pipeline)
      throws IOException {
    return new BuiltImage(
        made.definition().name(),
        settings.version(),
        result.upstream().kind(),
        pipeline.assembly().index(made.platforms()),
        made.platforms());
  }

  /**
   * Resolves a lock from the current content of the repositories, without writing it.
   *
   * @param before the older lock, whose treatment of the base's packages is kept; empty if there is
   *     none
   * @throws UsageException if only the stand-in can be reached, which has no lock
   */
  public LockFile lock(Cache cache, List<ImageDefinition> definitions, Optional<LockFile> before)
      throws IOException {
    return lock(cache, definitions, new LockMode.Fresh(before));
  }

  /**
   * Resolves a lock in which a few packages are up to date, without writing it.
   *
   * @param kept the lock whose other packages are kept if the repositories still have them
   * @param moving the names of the packages to update
   * @throws UsageException if the lock has no package of such a name, or is for another upstream
   */
  public LockFile lock(
      Cache cache, List<ImageDefinition> definitions, LockFile kept, Set<String> moving)
      throws IOException {
    return lock(cache, definitions, new LockMode.Update(kept, moving));
  }

  private LockFile lock(Cache cache, List<ImageDefinition> definitions, LockMode mode)
      throws IOException {
    // A lock contains data hashes and diff IDs, so all packages must be fetched. No image is
    // delivered.
    BuildSettings forLock = settings.withAttestations(Set.of());
    try (Pipeline pipeline = Pipeline.open(context(forLock, borrowing(List.of(), cache)), mode)) {
      return pipeline.run(plan(definitions)).lock().outcome();
    }
  }

  /**
   * Writes an archive of all inputs that the lock file names.
   *
   * @throws ai.opencode.sandbox.failure.LockException if there is no lock file, if it does not name
   *     every input, or if an input no longer exists
   * @throws UsageException if the upstream is the stand-in
   */
  public Archived archive(Cache cache, List<ImageDefinition> definitions, ArchivePlace place)
      throws IOException {
    return new Archiving(settings, npmRegistry, progress).archive(cache, definitions, place);
  }
}
