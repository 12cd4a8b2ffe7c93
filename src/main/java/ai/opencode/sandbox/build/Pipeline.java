package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.fetch.BaseFetcher;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.ImageContents;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.Upstreams;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The stages of a build in their order, for every platform and image of a plan: upstream, base
 * image, layers, finished images.
 */
final class Pipeline implements AutoCloseable {

  /**
   * The context of a pipeline: its settings and tools.
   *
   * @param supply the sources of the files that images are made from
   * @param npmRegistry the lookup of the npm registry's address, which is made only before a
   *     request to the registry
   */
  record Context(
      BuildSettings settings,
      Cache cache,
      Supply supply,
      Supplier<NpmRegistry> npmRegistry,
      Progress progress) {}

  /**
   * A finished image of the plan.
   *
   * @param platforms the image for each platform, in the plan's order
   */
  record MadeImage(ImageDefinition definition, List<BuiltPlatform> platforms) {}

  /**
   * The results of a run.
   *
   * @param platforms the inputs of each platform's images, in the plan's order
   * @param images the images in the plan's order
   */
  record Result(
      Upstream upstream,
      LockSession lock,
      List<PlatformInputs> platforms,
      List<MadeImage> images) {}

  private final Context context;
  private final KnownLock known;
  private final Upstreams upstreams;
  private final ImageAssembly assembly;
  private final BaseFetcher bases;
  private final PackageFetcher packages;
  private final Layering layering;
  private final NpmStage npm;
  private final AttestationStage attestations;
  private final Prefetch prefetch = new Prefetch();
  private final List<PlatformInputs> platforms = new ArrayList<>();

  private Pipeline(Context context, KnownLock known) {
    Supply supply = context.supply;
    Cache cache = context.cache;
    Progress progress = context.progress;
    Supplier<URI> npmAddress = () -> context.npmRegistry.get().registry("npm");
    this.context = context;
    this.known = known;
    this.upstreams =
        new Upstreams(
            cache.directory(),
            npmAddress,
            context.settings.inputAccess(),
            context.settings.inputs().offline(),
            progress);
    this.assembly = new ImageAssembly(cache);
    this.bases =
        new BaseFetcher(cache, context.settings.inputAccess(), context.settings.inputs().offline());
    this.packages = new PackageFetcher(cache, supply.origin());
    this.layering = new Layering(cache, progress);
    this.npm =
        new NpmStage(
            new TarballCache(cache, supply.origin(), context.npmRegistry, progress),
            layering,
            context.settings.strictScripts(),
            progress);
    this.attestations =
        new AttestationStage(context.settings.attestations(), packages, cache, progress);
  }

  /**
   * Opens a pipeline, and reads the lock for a mode.
   *
   * @throws ai.opencode.sandbox.failure.LockException if the mode requires a lock and there is
   *     none, or it cannot be used
   */
  static Pipeline open(Context context, LockMode mode) throws IOException {
    KnownLock known = KnownLock.read(mode, context.settings, context.supply.archive());
    known.used().ifPresent(known.check(context.progress)::requireOfficialContent);
    known
        .archived()
        .flatMap(inputs -> Optional.ofNullable(inputs.warning()))
        .ifPresent(context.progress::warn);
    return new Pipeline(context, known);
  }

  /**
   * Makes the images of a plan and their parents.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if inputs, network or lock prevent it
   */
  Result run(BuildPlan plan) throws IOException {
    Map<Platform, Upstream> chosen = new LinkedHashMap<>();
    for (Platform platform : plan.platforms()) {
      chosen.put(platform, upstream(platform));
    }
    Upstream leastTrusted = leastTrusted(chosen.values());
    LockSession lock = LockSession.begin(known, leastTrusted, context.progress);
    Map<PlannedImage, BuiltPlatform> made = new HashMap<>();
    for (Platform platform : plan.platforms()) {
      Upstream upstream = Objects.requireNonNull(chosen.get(platform));
      PlatformInputs inputs = inputs(platform, upstream, lock);
      ImageStage stage = stage(plan, inputs, lock);
      for (PlannedImage planned : plan.on(platform)) {
        if (!made.containsKey(planned)) {
          made.put(planned, built(planned, stage, inputs));
        }
      }
    }
    for (PlatformInputs inputs : platforms) {
      Optional<List<Repository>> read = inputs.repositoriesRead();
      if (read.isPresent()) {
        lock.keep(inputs.platform(), read.get());
      }
    }
    return new Result(leastTrusted, lock, List.copyOf(platforms), made(plan, made));
  }

  private BuiltPlatform built(PlannedImage planned, ImageStage stage, PlatformInputs inputs)
      throws IOException {
    long start = System.nanoTime();
    FinishedImage image = stage.image(planned);
    ImageContents contents = stage.contents(planned);
    Optional<Descriptor> attestation =
        attestations.attestation(
            new AttestationStage.Subject(planned, context.settings.version(), image, contents),
            inputs);
    long millis = (System.nanoTime() - start) / 1_000_000;
    return new BuiltPlatform(image, Optional.of(contents), attestation, millis);
  }

  private static List<MadeImage> made(BuildPlan plan, Map<PlannedImage, BuiltPlatform> made) {
    return plan.images().stream()
        .map(
            image ->
                new MadeImage(
                    image.definition(),
                    image.platforms().stream()
                        .map(each -> Objects.requireNonNull(made.get(each)))
                        .toList()))
        .toList();
  }

  /**
   * Returns the least trusted upstream: an image must not leave this machine, or be locked, if that
   * of one platform must not.
   */
  private static Upstream leastTrusted(Collection<Upstream> upstreams) {
    return upstreams.stream()
        .max(Comparator.comparing(Upstream::kind))
        .orElseThrow(() -> new IllegalArgumentException("The plan has no platforms"));
  }

  ImageAssembly assembly() {
    return assembly;
  }

  private Upstream upstream(Platform platform) throws IOException {
    BuildSettings settings = context.settings;
    Upstream upstream;
    String place = "";
    LockedAddresses.Complete complete = known.completed(settings.inputs(), platform);
    InputSettings inputs = complete.inputs();
    if (inputs.upstream() instanceof UpstreamChoice.Kind kind) {
      boolean offline = inputs.offline();
      boolean settled =
          kind == UpstreamChoice.Kind.AUTO
              && (known.settlesUpstream(platform, offline, context.cache)
                  || (offline && bases.isCached(OfficialUpstream.base(), platform)));
      upstream =
          upstreams.choose(
              kind, platform, inputs.base(), inputs.repositories(), complete.keys(), settled);
      if (!inputs.equals(settings.inputs())) {
        place = ", from the addresses in " + known.name();
      }
    } else {
      upstream = known.archived().orElseThrow().on(platform).withOwn(known.own(platform));
      place = ", from the archive " + settings.inputs().upstream();
    }
    context.supply.chosen(upstream);
    context.progress.on(platform).done(Stage.UPSTREAM, upstream.kind() + place);
    return upstream;
  }

  private PlatformInputs inputs(Platform platform, Upstream upstream, LockSession lock)
      throws IOException {
    Progress progress = context.progress.on(platform);
    progress.step(Stage.BASE, upstream.base().name());
    FetchedBase base = bases.fetch(lock.base(platform, upstream), platform);
    progress.done(Stage.BASE, base.name() + "@" + base.root());
    PlatformInputs inputs =
        new PlatformInputs(
            platform,
            upstream,
            base,
            context.cache,
            context.supply.origin(),
            progress,
            Optional.ofNullable(context.settings.inputs().basePackages()),
            // A build that must follow the lock chooses no package. Only an archive reads indexes.
            known.isStrict() ? upstream.own().keys() : context.settings.inputs().keys());
    platforms.add(inputs);
    return inputs;
  }

  private ImageStage stage(BuildPlan plan, PlatformInputs inputs, LockSession lock) {
    BuildSettings settings = context.settings;
    Progress progress = context.progress;
    LayerStage layers =
        new LayerStage(
            plan,
            inputs,
            lock,
            new PackageResolver(known.mode()),
            new LayerStage.Tools(packages, layering, npm, settings.strictScripts(), progress),
            prefetch);
    ImageStage.Options options = new ImageStage.Options(settings.stamp(), settings.strictScripts());
    return new ImageStage(inputs, lock, layers, assembly, options, progress);
  }

  @Override
  public void close() {
    // Stages that start other work end before the work that they start.
    prefetch.close();
    layering.close();
    platforms.forEach(PlatformInputs::close);
    packages.close();
    npm.close();
  }
}
