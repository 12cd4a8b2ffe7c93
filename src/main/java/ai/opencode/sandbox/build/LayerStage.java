package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.ScriptReport;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.KeptFiles;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The stage that makes the layers of a platform's images: resolves and fetches their packages,
 * installs them on the root below and packs them. Work for child images starts early, beside that
 * for their parents.
 */
final class LayerStage {

  private final BuildPlan plan;
  private final PlatformInputs inputs;
  private final LockSession lock;
  private final PackageResolver resolver;
  private final Tools tools;
  private final Prefetch prefetch;

  /**
   * The tools of the stage, the same for every platform.
   *
   * @param strictScripts whether an installation script with an unknown effect is an error
   */
  record Tools(
      PackageFetcher packages,
      Layering layering,
      NpmStage npm,
      boolean strictScripts,
      Progress progress) {}

  LayerStage(
      BuildPlan plan,
      PlatformInputs inputs,
      LockSession lock,
      PackageResolver resolver,
      Tools tools,
      Prefetch prefetch) {
    this.plan = plan;
    this.inputs = inputs;
    this.lock = lock;
    this.resolver = resolver;
    this.tools = tools;
    this.prefetch = prefetch;
  }

  /**
   * Makes the layers of an image; a second call returns the same result.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if packages cannot be resolved, fetched or
   *     installed
   */
  LayeredImage layered(PlannedImage planned) throws IOException {
    return prefetch.layered(planned, () -> layer(planned));
  }

  /** Starts making the layers of an image's children in the background. */
  void beginChildrenOf(PlannedImage planned) {
    plan.childrenOf(planned).forEach(child -> prefetch.beginLayered(child, () -> layer(child)));
  }

  private LayeredImage layer(PlannedImage planned) throws IOException {
    return planned.parent() == null
        ? layerOnBase(planned)
        : layerOn(layered(planned.parent()), planned);
  }

  private LayeredImage layerOnBase(PlannedImage planned) throws IOException {
    if (locked(planned).isEmpty()) {
      // The indexes are fetched while the base image's files are read.
      inputs.beginRepositories();
    }
    Root root = inputs.root();
    InstalledDatabase database = inputs.database().installed();
    lock.requireKnownKeys(planned, inputs.base().name(), inputs.baseFingerprints());
    ResolvedImage resolved = resolvedAloud(planned);
    prefetch.beginDescendants(planned, () -> fetchDescendants(resolved, root));
    Installed installed =
        install(
            planned,
            FetchedImage.fetch(resolved, tools.packages, progress(planned)),
            root,
            ApkDatabase.of(root).state(database));
    for (PlannedImage descendant : plan.withParents(planned.platform())) {
      tools.npm.beginLayers(descendant, installed.root.view());
    }
    return pack(planned, installed);
  }

  private LayeredImage layerOn(LayeredImage below, PlannedImage planned) throws IOException {
    FetchedImage fetched =
        FetchedImage.fetch(resolvedAloud(planned), tools.packages, progress(planned));
    return pack(planned, install(planned, fetched, below.files().view(), below.root().database()));
  }

  /** Starts fetching the packages of all child images, beside the work on the first image. */
  private void fetchDescendants(ResolvedImage first, Root root) throws IOException {
    Set<PackageLocation> begun = new HashSet<>(first.locations().toList());
    for (PlannedImage planned : plan.on(inputs.platform())) {
      tools.npm.beginFetch(planned, root);
    }
    for (PlannedImage planned : plan.withParents(inputs.platform())) {
      List<PackageLocation> more = resolved(planned).locations().filter(begun::add).toList();
      tools.packages.begin(more);
    }
  }

  /** Resolves an image's packages and reports the progress, unless the lock names them. */
  private ResolvedImage resolvedAloud(PlannedImage planned) throws IOException {
    if (locked(planned).isPresent()) {
      return resolved(planned);
    }
    progress(planned).step(Stage.RESOLVE, planned.name());
    ResolvedImage resolved = resolved(planned);
    progress(planned)
        .done(Stage.RESOLVE, planned.name() + ": " + resolved.packages().size() + " packages");
    return resolved;
  }

  private ResolvedImage resolved(PlannedImage planned) throws IOException {
    return prefetch.resolved(
        planned,
        () -> {
          Optional<LockedImage> locked = locked(planned);
          if (locked.isPresent()) {
            return ResolvedImage.Locked.of(locked.get(), planned.platform());
          }
          reportGone(planned);
          return resolver.resolve(
              planned,
              installedBelow(planned),
              inputs.repositories(),
              lock.basePackages(planned, inputs.lockedInputs(planned)));
        });
  }

  /** Reports locked builds that others replace although no update of them was requested. */
  private void reportGone(PlannedImage planned) throws IOException {
    List<LockedPackage> gone = resolver.gone(planned, inputs.repositories());
    if (!gone.isEmpty()) {
      tools.progress.warn(
          planned.label()
              + ": the repositories no longer have these builds of the lock: "
              + SomePackages.of(gone)
              + ". Other builds replace them.");
    }
  }

  private Optional<LockedImage> locked(PlannedImage planned) {
    return lock.demanded(planned, inputs.lockedInputs(planned));
  }

  /**
   * Returns the packages installed below an image: for a child image from the solver's result,
   * which is known before its parent's packages are fetched.
   */
  private InstalledSet installedBelow(PlannedImage planned) throws IOException {
    if (planned.parent() == null) {
      return inputs.database().packages();
    }
    Optional<InstalledSet> solved = resolved(planned.parent()).known();
    if (solved.isPresent()) {
      return solved.get();
    }
    return layered(planned.parent()).database().packages();
  }

  /** Returns the requested packages of an image: those of its base and parents, and its own. */
  private World world(PlannedImage planned) throws IOException {
    RootDatabase below =
        planned.parent() == null ? inputs.database() : layered(planned.parent()).database();
    return below.world().with(planned.definition().allPackages());
  }

  private Progress progress(PlannedImage planned) {
    return tools.progress.of(planned.name(), planned.platform());
  }

  private record Installed(FetchedImage fetched, LayeredRoot root) {}

  private Installed install(
      PlannedImage planned, FetchedImage fetched, Root below, DatabaseState database)
      throws IOException {
    progress(planned).step(Stage.LAYER, planned.name());
    LayeredRoot root =
        tools.layering.add(
            below,
            new Transaction(database, fetched.apks(), fetched.resolved().removed()),
            contents(planned),
            progress(planned));
    report(root.scripts());
    fetched.contradictions().forEach(tools.progress::warn);
    return new Installed(fetched, root);
  }

  private LayeredImage pack(PlannedImage planned, Installed installed) throws IOException {
    LayeredRoot root = installed.root;
    reportKept(planned, root.database().installed());
    RootDatabase database = new RootDatabase(root.database().installed(), world(planned));
    List<StagedLayer> npmLayers = tools.npm.layers(planned, root.view());
    LayeredImage image =
        new LayeredImage(
            installed.fetched,
            root,
            database,
            npmLayers,
            ImageFiles.of(
                planned.definition(),
                planned.parent() == null ? inputs.own() : OwnSources.none(),
                root,
                database.world()));
    progress(planned)
        .done(Stage.LAYER, planned.name() + ": " + StagedLayer.summary(image.layers()));
    return image;
  }

  /** Reports packages that the definition does without, but that another package needs. */
  private void reportKept(PlannedImage planned, InstalledDatabase database) {
    Set<String> without = Set.copyOf(planned.definition().software().without());
    if (without.isEmpty()) {
      return;
    }
    List<String> kept =
        database.packages().stream()
            .map(each -> each.pkg().name())
            .filter(without::contains)
            .sorted()
            .toList();
    if (!kept.isEmpty()) {
      tools.progress.warn(
          planned.label()
              + " still has "
              + String.join(", ", kept)
              + ", because other packages or the base image need it. Leave those out too.");
    }
  }

  /** Returns the files of the definition that installation scripts could read. */
  private static Map<String, byte[]> contents(PlannedImage planned) throws IOException {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    for (StaticFile file : planned.definition().files()) {
      if (KeptFiles.isKept(Root.relative(file.path()), file.content().size())) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.content().writeTo(bytes);
        contents.put(file.path(), bytes.toByteArray());
      }
    }
    return contents;
  }

  /** Reports unknown scripts, whose effects may be missing from the image. */
  private void report(ScriptReport scripts) {
    new UnknownScripts(tools.strictScripts, tools.progress)
        .report(ScriptText.lines(scripts.notReproduced()));
    CertificateText.sentences(scripts.flaws()).forEach(tools.progress::warn);
  }
}
