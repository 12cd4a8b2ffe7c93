package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.List;

/** The stage that makes the layers of npm packages: reads their lock, fetches and packs them. */
final class NpmStage implements AutoCloseable {

  private record TreeKey(NpmProject project, NpmPlatform platform) {}

  private final TarballCache tarballs;
  private final Layering layering;
  private final Progress progress;
  private final Ahead<TreeKey, NpmTree> trees = new Ahead<>();

  NpmStage(TarballCache tarballs, Layering layering, Progress progress) {
    this.tarballs = tarballs;
    this.layering = layering;
    this.progress = progress;
  }

  /**
   * Makes the layers on top of a root; none for an image without npm packages.
   *
   * @throws ai.opencode.sandbox.failure.LockException if {@code package-lock.json} does not match
   *     {@code package.json}
   */
  List<StagedLayer> layers(PlannedImage planned, Root root) throws IOException {
    NpmProject project = planned.definition().npm().orElse(null);
    if (project == null) {
      return List.of();
    }
    NpmTree tree = tree(project, planned.platform(), root);
    tarballs.fetch(tree.packages());
    progress.step("layer", planned.name() + ": npm packages");
    return layering.npm(root, tree, tarballs);
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
        () -> {
          NpmLock lock = NpmLock.parse(project.packageLock(), "package-lock.json");
          lock.requireMadeFor(project.packageJson(), "package.json");
          return NpmTree.of(lock, target);
        });
  }

  @Override
  public void close() {
    trees.close();
    tarballs.close();
  }
}
