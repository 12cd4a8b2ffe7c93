package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.build.BuildPlan.Node;
import ai.opencode.sandbox.build.ResolvedImage.InstalledSet;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.install.scripts.ScriptReport;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The stage that makes the layers of a platform's images: resolves and fetches their packages,
 * installs them on the root below and packs them. Work for child images starts early, beside that
 * for their parents.
 */
final class LayerStage {

  private static final int MOST_NAMED = 10;

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
  LayeredImage layered(Node node) throws IOException {
    return prefetch.layered(node, () -> layer(node));
  }

  /** Starts making the layers of an image's children in the background. */
  void beginChildrenOf(Node node) {
    plan.childrenOf(node).forEach(child -> prefetch.beginLayered(child, () -> layer(child)));
  }

  private LayeredImage layer(Node node) throws IOException {
    return node.parent() == null ? layerOnBase(node) : layerOn(layered(node.parent()), node);
  }

  private LayeredImage layerOnBase(Node node) throws IOException {
    if (locked(node).isEmpty()) {
      // The indexes are fetched while the base image's files are read.
      inputs.beginRepositories();
    }
    Root root = inputs.root();
    InstalledDatabase database = ApkDatabase.of(root).installed();
    lock.requireKnownKeys(node, inputs.base().name(), inputs.keyFingerprints());
    ResolvedImage resolved = resolvedAloud(node);
    prefetch.beginDescendants(node, () -> fetchDescendants(resolved, root));
    Installed installed =
        install(node, FetchedImage.fetch(resolved, tools.packages), root, database);
    for (Node descendant : plan.withParents(node.platform())) {
      tools.npm.beginLayers(descendant, installed.root.view());
    }
    return pack(node, installed);
  }

  private LayeredImage layerOn(LayeredImage below, Node node) throws IOException {
    FetchedImage fetched = FetchedImage.fetch(resolvedAloud(node), tools.packages);
    return pack(node, install(node, fetched, below.files().view(), below.root().database()));
  }

  /** Starts fetching the packages of all child images, beside the work on the first image. */
  private void fetchDescendants(ResolvedImage first, Root root) throws IOException {
    Set<PackageLocation> begun = new HashSet<>(first.locations().toList());
    for (Node node : plan.on(inputs.platform())) {
      tools.npm.beginFetch(node, root);
    }
    for (Node node : plan.withParents(inputs.platform())) {
      List<PackageLocation> more = resolved(node).locations().filter(begun::add).toList();
      tools.packages.begin(more);
    }
  }

  /** Resolves an image's packages and reports the progress, unless the lock names them. */
  private ResolvedImage resolvedAloud(Node node) throws IOException {
    if (locked(node).isPresent()) {
      return resolved(node);
    }
    tools.progress.step("resolve", node.name());
    ResolvedImage resolved = resolved(node);
    tools.progress.done("resolve", node.name() + ": " + resolved.packages().size() + " packages");
    return resolved;
  }

  private ResolvedImage resolved(Node node) throws IOException {
    return prefetch.resolved(
        node,
        () -> {
          Optional<LockedImage> locked = locked(node);
          if (locked.isPresent()) {
            return ResolvedImage.locked(locked.get(), node.platform());
          }
          reportGone(node);
          return resolver.resolve(
              node,
              installedBelow(node),
              inputs.repositories(),
              lock.basePackages(node, inputs.lockedInputs(node)));
        });
  }

  /** Reports locked builds that others replace although no update of them was requested. */
  private void reportGone(Node node) throws IOException {
    List<LockedPackage> gone = resolver.gone(node, inputs.repositories());
    if (!gone.isEmpty()) {
      tools.progress.warn(
          node.label()
              + ": the repositories no longer have these builds of the lock: "
              + gone.stream()
                  .limit(MOST_NAMED)
                  .map(each -> each.name() + "-" + each.version())
                  .collect(Collectors.joining(", "))
              + (gone.size() > MOST_NAMED ? " and " + (gone.size() - MOST_NAMED) + " more" : "")
              + ". Other builds replace them.");
    }
  }

  private Optional<LockedImage> locked(Node node) {
    return lock.demanded(node, inputs.lockedInputs(node));
  }

  /**
   * Returns the packages installed below an image: for a child image from the solver's result,
   * which is known before its parent's packages are fetched.
   */
  private InstalledSet installedBelow(Node node) throws IOException {
    if (node.parent() == null) {
      return installed(ApkDatabase.of(inputs.root()).installed(), inputs.root());
    }
    Optional<InstalledSet> solved = resolved(node.parent()).installed();
    if (solved.isPresent()) {
      return solved.get();
    }
    LayeredImage below = layered(node.parent());
    return installed(below.root().database(), below.files().view());
  }

  private static InstalledSet installed(InstalledDatabase database, Root root) {
    return new InstalledSet(database, World.parse(root.text("etc/apk/world").orElse("")));
  }

  private record Installed(FetchedImage fetched, LayeredRoot root) {}

  private Installed install(Node node, FetchedImage fetched, Root below, InstalledDatabase database)
      throws IOException {
    tools.progress.step("layer", node.name());
    LayeredRoot root =
        tools.layering.add(
            below, database, fetched.apks(), fetched.resolved().removed(), texts(node));
    report(root.scripts());
    fetched.contradictions().forEach(tools.progress::warn);
    return new Installed(fetched, root);
  }

  private LayeredImage pack(Node node, Installed installed) throws IOException {
    LayeredRoot root = installed.root;
    List<StagedLayer> npmLayers = tools.npm.layers(node, root.view());
    LayeredImage image =
        new LayeredImage(
            installed.fetched, root, npmLayers, ImageFiles.of(node.definition(), root));
    tools.progress.done("layer", node.name() + ": " + StagedLayer.summary(image.layers()));
    return image;
  }

  private static Map<String, String> texts(Node node) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (StaticFile file : node.definition().files()) {
      texts.put(file.path(), file.content());
    }
    return texts;
  }

  /** Reports unknown scripts, whose effects may be missing from the image. */
  private void report(ScriptReport scripts) {
    List<String> found = ScriptText.lines(scripts.notReproduced());
    if (tools.strictScripts && !found.isEmpty()) {
      throw new VerificationException(
          "Packages have installation scripts with unknown effects, which --strict-scripts forbids: "
              + String.join(", ", found)
              + ". Leave the packages out, or build without --strict-scripts and add the scripts'"
              + " effects to the image yourself.");
    }
    for (String each : found) {
      tools.progress.warn(each + ", but scripts are not run. Check whether its effect is missing.");
    }
    scripts.warnings().forEach(tools.progress::warn);
  }
}
