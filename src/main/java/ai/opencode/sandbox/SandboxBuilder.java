package ai.opencode.sandbox;

import ai.opencode.sandbox.build.Archived;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.Builds;
import ai.opencode.sandbox.build.CacheRepair;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.failure.LostBlobException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.JoinedImage;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.PlannedImages;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.records.CacheSource;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The builder of images from definitions, which needs no container engine. {@link #build} makes
 * complete images in the cache, {@link #send} copies the images to targets such as registries, and
 * {@link #jibBase} opens an image as a base image for Jib.
 *
 * <pre>{@code
 * var builder = new SandboxBuilder(BuildSettings.standard(), Progress.silent());
 * var images = builder.build(List.of(SandboxImages.developer().withName("acme/tools").withPackages("ripgrep")));
 * builder.send(images, Target.of("oci:images"));
 * }</pre>
 *
 * <p>A builder has no state but its settings, so threads may share it, and builders with other
 * settings or caches may run at the same time. Interrupting a thread that builds or sends ends its
 * work soon with an exception, with the thread's interrupted status set. Finished files remain in
 * the cache, and no other file or thread remains.
 */
@Api
public final class SandboxBuilder {

  /**
   * Images that were made and sent.
   *
   * @param all the images in the order of their definitions
   */
  public record Sent(List<SentImage> all) {

    public Sent {
      all = List.copyOf(all);
    }

    /** Joins images and their deliveries by the images' names, which are unique in a build. */
    static Sent of(List<BuiltImage> images, List<Delivery> deliveries) {
      return new Sent(images.stream().map(image -> SentImage.of(image, deliveries)).toList());
    }

    /** Returns the images in the order of their definitions. */
    public List<BuiltImage> images() {
      return all.stream().map(SentImage::image).toList();
    }

    /** Returns the deliveries, image by image. */
    public List<Delivery> deliveries() {
      return all.stream().flatMap(each -> each.deliveries().stream()).distinct().toList();
    }
  }

  private final BuildSettings settings;
  private final Progress progress;
  private final Supplier<NpmRegistry> npmRegistry;
  private final List<CacheSource> former;
  private final List<CacheSource> later;

  public SandboxBuilder(BuildSettings settings, Progress progress) {
    this(settings.reporting(progress), progress, List.of(), List.of());
  }

  private SandboxBuilder(
      BuildSettings settings,
      Progress progress,
      List<CacheSource> former,
      List<CacheSource> later) {
    this.settings = settings;
    this.progress = progress;
    this.npmRegistry = new Once<>(() -> Builds.npmRegistry(this.settings));
    this.former = List.copyOf(former);
    this.later = List.copyOf(later);
  }

  /**
   * Returns a builder that reuses layers and records of former images, which earlier builds sent to
   * registries, instead of fetching and making them again. The images are the same as without: only
   * content that the lock names is reused, and everything else is made again.
   *
   * @param sources the places to look at, in order; {@link #buildAndSend} also looks at its targets
   */
  public SandboxBuilder withCacheFrom(List<CacheSource> sources) {
    return new SandboxBuilder(settings, progress, sources, later);
  }

  /**
   * Returns a builder whose {@link #buildAndSend} also writes the images to further places, for the
   * {@link #withCacheFrom} of later builds. A tag there is replaced even if it names a newer
   * version.
   *
   * @throws UsageException if the build writes no statements: a registry keeps records in the
   *     manifest that lists them
   */
  public SandboxBuilder withCacheTo(List<CacheSource> places) {
    if (!places.isEmpty() && settings.attestations().isEmpty()) {
      throw new UsageException(
          "A cache in a registry is kept beside the statements about images, and --attest none"
              + " writes none. Leave out --attest none or the cache.");
    }
    return new SandboxBuilder(settings, progress, former, places);
  }

  /**
   * Makes images and their parents.
   *
   * @return the images in the order of {@code definitions}
   * @throws ai.opencode.sandbox.failure.SandboxException if an input is missing or refused, the
   *     network fails, or the lock does not match; the subtype tells which. No incomplete image
   *     remains.
   */
  public List<BuiltImage> build(List<ImageDefinition> definitions) throws IOException {
    return repairing(
        cache -> builds().images(cache, definitions, new Builds.Former(former, false)));
  }

  /**
   * Makes a lock from the current content of the repositories. No file is written.
   *
   * @return a lock for the settings' platforms
   * @throws UsageException if only the stand-in can be reached, which cannot be locked
   */
  public LockFile relock(List<ImageDefinition> definitions) throws IOException {
    return repairing(cache -> builds().lock(cache, definitions, Optional.empty()));
  }

  /**
   * Makes a lock from the current content of the repositories, in place of an older lock. The
   * treatment of the base image's packages is that of the older lock, unless the settings name one.
   * No file is written.
   *
   * @param before the lock to replace
   * @return a lock for the settings' platforms
   * @throws UsageException if only the stand-in can be reached, which cannot be locked
   */
  public LockFile relock(List<ImageDefinition> definitions, LockFile before) throws IOException {
    return repairing(cache -> builds().lock(cache, definitions, Optional.of(before)));
  }

  /**
   * Makes a lock in which some packages are updated, and only those others that must change with
   * them. Other packages are kept if the repositories still have them. No file is written.
   *
   * @param lock the lock to update
   * @param packages the names of the packages to update
   * @throws UsageException if the lock does not have one of the packages, or has another upstream
   */
  public LockFile relock(List<ImageDefinition> definitions, LockFile lock, Set<String> packages)
      throws IOException {
    return repairing(cache -> builds().lock(cache, definitions, lock, packages));
  }

  /**
   * Writes everything that the lock file names into an archive, from which the same images can be
   * built without a network. The images are built from the lock with an empty cache, so that every
   * input is fetched and gets into the archive.
   *
   * @param definitions the definitions of images in the lock file
   * @param place the directory or repository in which the archive is written
   * @throws ai.opencode.sandbox.failure.LockException if there is no lock file, it does not match
   *     the definitions, or an input no longer exists
   * @throws UsageException if the upstream is the stand-in
   */
  public Archived archive(List<ImageDefinition> definitions, ArchivePlace place)
      throws IOException {
    return repairing(cache -> builds().archive(cache, definitions, place));
  }

  private <T> T repairing(CacheRepair.Work<T> work) throws IOException {
    return new CacheRepair(settings, new Cache(settings.cache()), progress).during(work);
  }

  private Builds builds() {
    return new Builds(settings, npmRegistry, progress);
  }

  /**
   * Checks before a build that images can be delivered to targets: that they may leave this
   * machine, directories are writable, the engine answers and runs one of the platforms, and
   * registries answer and accept the credentials.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if images cannot be delivered to a target
   */
  public void requireReachable(List<ImageDefinition> definitions, List<Target> targets)
      throws IOException {
    PlannedImages planned =
        new PlannedImages(
            definitions.stream().map(ImageDefinition::name).toList(),
            settings.platforms(),
            targets.stream().anyMatch(Target::leavesThisMachine)
                ? builds().plannedUpstream()
                : Optional.empty());
    List<Target> all = new ArrayList<>(targets);
    later.forEach(each -> all.add(Target.of(each.target())));
    new ImagePublisher(settings.registries(), progress).requireReachable(planned, all);
  }

  /**
   * Makes images and their parents and copies them to targets. If a file of the cache proves to be
   * corrupt, it is fetched or made again, and only the remaining targets get the images again.
   *
   * @param publication the tags in registries and engines
   * @throws ai.opencode.sandbox.failure.SandboxException as {@link #build} and {@link #send} do
   */
  public Sent buildAndSend(
      List<ImageDefinition> definitions, List<Target> targets, Publication publication)
      throws IOException {
    Sending sending = new Sending(targets, publication, later, this::send);
    Builds.Former places = Sending.former(former, targets);
    return repairing(
        cache -> {
          List<BuiltImage> images = builds().images(cache, definitions, places);
          try {
            sending.send(cache, images);
          } catch (LostBlobException e) {
            // The registry has promised a blob that it does not have.
            progress.done(Stage.CACHE, e.getMessage() + " This build does so.");
            cache.blobs().endLoans();
            images = builds().images(cache, definitions);
            sending.send(cache, images);
          }
          return Sent.of(images, sending.deliveries());
        });
  }

  /**
   * Copies finished images to a target, with all their tags.
   *
   * @return the deliveries in the order of the images
   * @throws VerificationException if stand-in images would leave this machine, or a version is
   *     published with other content
   */
  public List<Delivery> send(List<BuiltImage> images, Target target) throws IOException {
    return send(images, target, Publication.standard());
  }

  /**
   * Copies finished images to a target.
   *
   * @param publication the tags in registries and engines; an OCI image layout has names only
   * @return the deliveries in the order of the images
   * @throws DamagedFileException if a file of the cache is corrupt; it is deleted, so that building
   *     and sending again repairs it
   * @throws VerificationException if stand-in images would leave this machine, or a version is
   *     published with other content
   */
  public List<Delivery> send(List<BuiltImage> images, Target target, Publication publication)
      throws IOException {
    Cache cache = new Cache(settings.cache());
    try {
      return send(cache, images, target, publication);
    } catch (DamagedFileException e) {
      // The next build makes the deleted file again.
      cache.discard(e.file());
      throw e;
    }
  }

  private List<Delivery> send(
      Cache cache, List<BuiltImage> images, Target target, Publication publication)
      throws IOException {
    return new ImagePublisher(settings.registries(), progress)
        .withHashRecords(cache.hashRecords())
        .publish(
            images.stream().map(image -> StoredImage.of(image, cache.blobs())).toList(),
            target,
            publication);
  }

  /**
   * Opens a built image as a base image for Jib, for this machine's platform or its only one.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if the image is for several other platforms
   */
  public JibBase jibBase(BuiltImage image) throws IOException {
    Platform only = image.platforms().get(0).manifest().platform();
    return jibBase(image, image.platforms().size() == 1 && only != null ? only : Platform.host());
  }

  /**
   * Opens a built image as a base image for Jib.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if the image was not built for the platform
   */
  public JibBase jibBase(BuiltImage image, Platform platform) throws IOException {
    return JibBase.open(image, platform, new Cache(settings.cache()));
  }

  /**
   * Joins images for one platform each to an image for all of these platforms, with one index in
   * the cache. For example, Jib adds files to an image for two platforms:
   *
   * <pre>{@code
   * BuiltImage tools = builder.build(List.of(SandboxImages.developer())).get(0);
   * List<BuiltImage> parts = new ArrayList<>();
   * for (BuiltImage.BuiltPlatform each : tools.platforms()) {
   *   try (JibBase base = builder.jibBase(tools, each.platform())) {
   *     Path program = Path.of("target", each.platform().architecture(), "agent");
   *     JibContainerBuilder jib =
   *         base.from().addLayer(List.of(program), "/opt/agent").setEntrypoint("/opt/agent/agent");
   *     parts.add(base.containerize(jib, "acme/agent"));
   *   }
   * }
   * BuiltImage agent = builder.join(parts);
   * builder.send(List.of(agent), Target.of("registry.example/team/"));
   * }</pre>
   *
   * @param parts images of the same name and version, such as those of {@link JibBase#containerize}
   * @return the image; it may leave this machine if all of the parts may
   * @throws UsageException if there are no parts, two are for the same platform, or their names or
   *     versions differ
   */
  public BuiltImage join(List<BuiltImage> parts) throws IOException {
    return JoinedImage.of(parts, new ImageAssembly(new Cache(settings.cache())));
  }
}
