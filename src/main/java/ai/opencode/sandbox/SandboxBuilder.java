package ai.opencode.sandbox;

import ai.opencode.sandbox.build.ArchivedInputs;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.Builds;
import ai.opencode.sandbox.build.Supply;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.PlannedImages;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
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
@Api
public final class SandboxBuilder {

  /** A cache with more damaged files than this is better deleted as a whole. */
  private static final int MOST_REPAIRS = 20;

  private final BuildSettings settings;
  private final Progress progress;
  private final Supplier<NpmRegistry> npmRegistry;

  public SandboxBuilder(BuildSettings settings, Progress progress) {
    this.settings = settings.reporting(progress);
    this.progress = progress;
    this.npmRegistry = new Once<>(() -> npmRegistry(this.settings));
  }

  /**
   * Makes images, with the parents that they need, in the order of {@code definitions}.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException one of its six kinds, where inputs,
   *     network or lock stand against it; nothing half-made is left behind
   */
  public List<BuiltImage> build(List<ImageDefinition> definitions) throws IOException {
    return repairing(cache -> builds().images(cache, definitions));
  }

  /**
   * Finds out what the repositories have today, and writes nothing.
   *
   * @return a lock for the settings' platforms
   * @throws UsageException where only the stand-in is within reach, which is not locked
   */
  public LockFile relock(List<ImageDefinition> definitions) throws IOException {
    return repairing(cache -> builds().lock(cache, definitions));
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
    return repairing(cache -> builds().lock(cache, definitions, lock, packages));
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
    return repairing(cache -> builds().archive(cache, definitions, place));
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
            !settings.inputs().offline()
                || settings.inputs().upstream() instanceof UpstreamChoice.Archive;
        if (!reachable || repairs == MOST_REPAIRS || !cache.discard(e.file())) {
          throw e;
        }
        progress.warn(e.file() + " was not what its name says; it is fetched or made again");
      }
    }
  }

  private Builds builds() {
    return new Builds(settings, npmRegistry, progress);
  }

  /**
   * Makes sure that images can be delivered to targets, before a build takes its time: they may go
   * there, folders can be written, the engine answers and runs one of the platforms, registries
   * answer and know who asks.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException where one cannot be, with the reason
   */
  public void requireReachable(List<ImageDefinition> definitions, List<Target> targets)
      throws IOException {
    PlannedImages planned =
        new PlannedImages(
            definitions.stream().map(ImageDefinition::name).toList(),
            settings.platforms(),
            targets.stream().anyMatch(Target::leavesThisMachine)
                ? plannedUpstream()
                : Optional.empty());
    new ImagePublisher(settings.registries(), progress).requireReachable(planned, targets);
  }

  /** What the images will say that they are made from; empty where only the build finds it out. */
  private Optional<UpstreamKind> plannedUpstream() throws IOException {
    if (!(settings.inputs().upstream() instanceof UpstreamChoice.Archive)) {
      return settings.inputs().upstream().kind();
    }
    InputArchive archive =
        Supply.of(settings, new Cache(settings.cache()), progress).archive().orElseThrow();
    Optional<LockFile> own =
        settings.lock().file() == null ? Optional.empty() : LockFile.read(settings.lock().file());
    return Optional.of(ArchivedInputs.of(settings, archive, own).upstream());
  }

  /**
   * Copies finished images to a target, under all their tags.
   *
   * @return where each image is now
   * @throws VerificationException where stand-in images are to leave this machine, or a version is
   *     published with other content
   */
  public List<Delivery> send(List<BuiltImage> images, Target target) throws IOException {
    return send(images, target, Publication.standard());
  }

  /**
   * Copies finished images to a target.
   *
   * @param publication for registries and engines; an OCI image layout knows names alone
   * @return where each image is now
   * @throws DamagedFileException where the cache was changed; the file is removed, and building and
   *     sending again repairs it
   * @throws VerificationException where stand-in images are to leave this machine, or a version is
   *     published with other content
   */
  public List<Delivery> send(List<BuiltImage> images, Target target, Publication publication)
      throws IOException {
    Cache cache = new Cache(settings.cache());
    try {
      return new ImagePublisher(settings.registries(), progress)
          .withHashRecords(cache.hashRecords())
          .publish(
              images.stream().map(image -> StoredImage.of(image, cache.blobs())).toList(),
              target,
              publication);
    } catch (DamagedFileException e) {
      // What is not there any more is made again by the next build.
      cache.discard(e.file());
      throw e;
    }
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
    if (settings.inputs().npmRegistry() == null) {
      return NpmRegistry.from(process);
    }
    Map<String, String> properties = new TreeMap<>(process.properties());
    properties.put(NpmRegistry.PROPERTY, settings.inputs().npmRegistry());
    return NpmRegistry.from(
        new NpmSettings(
            properties, process.environment(), process.workingDirectory(), process.home()));
  }
}
