package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.npm.InstallScripts;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.MissingOptional;
import ai.opencode.sandbox.npm.NpmFiles;
import ai.opencode.sandbox.npm.NpmPlace;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.npm.TarballSource;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The stage that makes the layers of npm packages: reads their lock, fetches and packs them. */
final class NpmStage implements AutoCloseable {

  private static final int MAX_COMMAND = 300;

  private record TreeKey(NpmProject project, NpmPlatform platform) {}

  private final Cache cache;
  private final boolean strictScripts;
  private final TarballCache tarballs;
  private final Layering layering;
  private final Progress progress;
  private final Ahead<TreeKey, NpmTree> trees = new Ahead<>();

  /**
   * Creates the stage.
   *
   * @param strictScripts whether an installation script with an unknown effect is an error
   */
  NpmStage(
      TarballCache tarballs,
      Layering layering,
      Cache cache,
      boolean strictScripts,
      Progress progress) {
    this.cache = cache;
    this.strictScripts = strictScripts;
    this.tarballs = tarballs;
    this.layering = layering;
    this.progress = progress;
  }

  /**
   * Makes the layers on top of a root; none for an image without npm packages.
   *
   * @throws ai.opencode.sandbox.failure.LockException if {@code package-lock.json} does not match
   *     {@code package.json}
   * @throws ResolutionException if the image below has one of the packages or commands
   * @throws VerificationException if a package has an installation script with an unknown effect,
   *     and the build is strict
   */
  List<StagedLayer> layers(PlannedImage planned, Root root) throws IOException {
    NpmProject project = planned.definition().npm().orElse(null);
    if (project == null) {
      return List.of();
    }
    NpmTree tree = tree(project, planned.platform(), root);
    requireNew(tree, planned, root);
    Progress ofImage = progress.of(planned.name(), planned.platform());
    TarballSource fetched = tarballs.fetch(tree.packages(), ofImage);
    report(tree, fetched);
    ofImage.step(Stage.LAYER, planned.name() + ": npm packages");
    return layering.npm(root, tree, fetched);
  }

  /**
   * Refuses a package that the image below has already. A layer would only add files to that
   * package, so files of both builds would be mixed.
   */
  private void requireNew(NpmTree tree, PlannedImage planned, Root root) throws IOException {
    for (String path : tree.place().above()) {
      Node node = root.get(path);
      if (node != null && !node.isDirectory()) {
        throw new ResolutionException(
            "The npm project of "
                + planned.name()
                + " needs the directory /"
                + path
                + ", which is no directory in the image. Choose another place for the project.");
      }
    }
    Set<String> below = new HashSet<>();
    for (PlannedImage each = planned.parent(); each != null; each = each.parent()) {
      NpmProject project = each.definition().npm().orElse(null);
      if (project != null) {
        below.addAll(tree(project, planned.platform(), root).places());
      }
    }
    for (String place : tree.places()) {
      if (below.contains(place) || has(root, place)) {
        throw new ResolutionException(
            "The npm project of "
                + planned.name()
                + " would make /"
                + place
                + ", which the image below it has already. Leave the package out of package.json,"
                + " or build on an image without it.");
      }
    }
  }

  private static boolean has(Root root, String place) {
    String inside = root.nodes().ceilingKey(place + "/");
    return root.get(place) != null || (inside != null && inside.startsWith(place + "/"));
  }

  /** Reports scripts that are not run, and packages that the lock lacks. */
  private void report(NpmTree tree, TarballSource fetched) throws IOException {
    List<String> unknown = new ArrayList<>();
    InstallScripts.unknown(tree.withScripts(), new NpmScripts(cache, fetched))
        .forEach(each -> unknown.add(text(each)));
    new UnknownScripts(strictScripts, progress).report(unknown);
    for (MissingOptional each : tree.missing()) {
      progress.warn(
          each.by().id()
              + " uses the optional package "
              + each.name()
              + ", which is not in the npm lock, so the image lacks it. Check whether the registry"
              + " has it, and create the lock again with npm install --package-lock-only.");
    }
  }

  private static String text(InstallScripts scripts) {
    List<String> actions = new ArrayList<>();
    scripts
        .commands()
        .forEach((event, command) -> actions.add(event + ": `" + excerpt(command) + "`"));
    return "npm package " + scripts.of().id() + " would run " + String.join(", ", actions);
  }

  private static String excerpt(String command) {
    String start = command.substring(0, Math.min(command.length(), MAX_COMMAND));
    return PlainText.line(start) + (start.equals(command) ? "" : "…");
  }

  /**
   * Makes sure that what an image's packages would run is recorded, and returns the places of the
   * records.
   */
  List<RecordKey> scripts(PlannedImage planned, Root root) throws IOException {
    NpmProject project = planned.definition().npm().orElse(null);
    List<RecordKey> places = new ArrayList<>();
    if (project != null) {
      NpmScripts scripts = new NpmScripts(cache, tarballs);
      for (Map.Entry<LockedNpmPackage, LockedNpmPackage> each :
          tree(project, planned.platform(), root).withScripts().entrySet()) {
        scripts.read(each.getKey(), each.getValue());
        places.add(NpmScripts.place(each.getKey(), each.getValue()));
      }
    }
    return places;
  }

  /** Starts fetching the tarballs that {@link #layers} will need. */
  void beginFetch(PlannedImage planned, Root root) throws IOException {
    NpmProject project = planned.definition().npm().orElse(null);
    if (project != null) {
      tarballs.begin(tree(project, planned.platform(), root).packages());
    }
  }

  /**
   * Starts making the layers. Their compression uses all processors, while the work on the image
   * below leaves most of them idle.
   */
  void beginLayers(PlannedImage planned, Root root) throws IOException {
    NpmProject project = planned.definition().npm().orElse(null);
    if (project != null) {
      layering.beginNpm(root, tree(project, planned.platform(), root), tarballs);
    }
  }

  private NpmTree tree(NpmProject project, Platform platform, Root root) throws IOException {
    NpmPlatform target = NpmPlatform.of(platform.npmCpu(), root.nodes()::ceilingKey);
    return trees.get(
        new TreeKey(project, target),
        () ->
            NpmTree.of(
                NpmPlace.of(project.directory()),
                new NpmFiles(project.packageJson(), project.packageLock()),
                target));
  }

  @Override
  public void close() {
    trees.close();
    tarballs.close();
  }
}
