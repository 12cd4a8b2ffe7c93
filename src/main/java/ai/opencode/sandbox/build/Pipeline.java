package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.fetch.BaseFetcher;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.records.Borrowing;
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
import java.util.concurrent.Callable;
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
   * @param borrowing the use of former images in registries
   */
  record Context(
      BuildSettings settings,
      Cache cache,
      Supply supply,
      Supplier<NpmRegistry> npmRegistry,
      Progress progress,
      Borrowing borrowing) {

    /** Creates the context of a pipeline that uses no former images. */
    Context(
        BuildSettings settings,
        Cache cache,
        Supply supply,
        Supplier<NpmRegistry> npmRegistry,
        Progress progress) {
      this(
          settings,
          cache,
          supply,
          npmRegistry,
          progress,
          new Borrowing(List.of(), settings.registries(), cache, progress));
    }
  }

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
  private final Ahead<PlannedImage, Optional<Descriptor>> attested = new Ahead<>();
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
            cache,
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
    context.borrowing.begin(
        new Borrowing.Wanted(
            plan.images().stream().map(each -> each.definition().name()).toList(),
            plan.platforms(),
            context.settings.version(),
            lock.records(plan)));
    Map<PlannedImage, Begun> begun = new HashMap<>();
    for (Platform platform : plan.platforms()) {
      Upstream upstream = Objects.requireNonNull(chosen.get(platform));
      PlatformInputs inputs = inputs(platform, upstream, lock);
      ImageStage stage = stage(plan, inputs, lock);
      for (PlannedImage planned : plan.on(platform)) {
        if (!begun.containsKey(planned)) {
          begun.put(planned, begin(planned, stage, inputs));
        }
      }
    }
    for (PlatformInputs inputs : platforms) {
      Optional<List<Repository>> read = inputs.repositoriesRead();
      if (read.isPresent()) {
        lock.keep(inputs.platform(), read.get());
      }
    }
    return new Result(leastTrusted, lock, List.copyOf(platforms), made(plan, begun));
  }

  /** A finished image, about which statements are being written. */
  private record Begun(
      AttestationStage.Subject subject, Callable<Optional<Descriptor>> statements, long millis) {}

  /** Makes an image, and begins the statements about it: the next image does not need them. */
  private Begun begin(PlannedImage planned, ImageStage stage, PlatformInputs inputs)
      throws IOException {
    long start = System.nanoTime();
    FinishedImage image = stage.image(planned);
    AttestationStage.Subject subject =
        new AttestationStage.Subject(
            planned,
            context.settings.version(),
            image,
            stage.contents(planned),
            stage.carried(planned));
    Callable<Optional<Descriptor>> statements = () -> attestations.attestation(subject, inputs);
    attested.begin(planned, statements);
    return new Begun(subject, statements, (System.nanoTime() - start) / 1_000_000);
  }

  private BuiltPlatform built(Begun begun) throws IOException {
    AttestationStage.Subject subject = begun.subject;
    return new BuiltPlatform(
        subject.image(),
        Optional.of(subject.contents()),
        attested.get(subject.planned(), begun.statements),
        begun.millis);
  }

  private List<MadeImage> made(BuildPlan plan, Map<PlannedImage, Begun> begun) throws IOException {
    List<MadeImage> images = new ArrayList<>();
    for (BuildPlan.RequestedImage image : plan.images()) {
      List<BuiltPlatform> built = new ArrayList<>();
      for (PlannedImage each : image.platforms()) {
        built.add(built(Objects.requireNonNull(begun.get(each))));
      }
      images.add(new MadeImage(image.definition(), List.copyOf(built)));
    }
    return images;
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
    Upstream.BaseSource source = lock.base(platform, upstream);
    if (source instanceof Upstream.RegistryBase named
        && !bases.isCached(named.reference(), platform)) {
      context.borrowing.look();
    }
    FetchedBase base = bases.fetch(source, platform);
    progress.done(Stage.BASE, base.name() + "@" + base.root());
    PlatformInputs inputs =
        new PlatformInputs(
            platform,
            upstream,
            base,
            context.cache,
            context.supply.origin(),
            progress,
            new PlatformInputs.Choices(
                Optional.ofNullable(context.settings.inputs().basePackages()),
                // A build that must follow the lock chooses no package. Only an archive reads
                // indexes.
                known.isStrict() ? upstream.own().keys() : context.settings.inputs().keys()));
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
    RecordsStage records = new RecordsStage(inputs, npm, assembly, context.cache);
    return new ImageStage(
        inputs,
        lock,
        layers,
        new ImageStage.Tools(assembly, records, context.borrowing, progress),
        options);
  }

  @Override
  public void close() {
    // A stage is closed before the stages that it starts work in, so that no new work begins there.
    prefetch.close();
    attested.close();
    layering.close();
    platforms.forEach(PlatformInputs::close);
    packages.close();
    npm.close();
  }
}
