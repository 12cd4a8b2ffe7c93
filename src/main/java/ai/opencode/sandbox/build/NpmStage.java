package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.TarballCache;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.npm.InstallScripts;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.MissingOptional;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The stage that makes the layers of npm packages: reads their lock, fetches and packs them. */
final class NpmStage implements AutoCloseable {

  private record TreeKey(NpmProject project, NpmPlatform platform) {}

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
  NpmStage(TarballCache tarballs, Layering layering, boolean strictScripts, Progress progress) {
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
   * @throws VerificationException if a package has an installation script with an unknown effect,
   *     and the build is strict
   */
  List<StagedLayer> layers(PlannedImage planned, Root root) throws IOException {
    NpmProject project = planned.definition().npm().orElse(null);
    if (project == null) {
      return List.of();
    }
    NpmTree tree = tree(project, planned.platform(), root);
    tarballs.fetch(tree.packages());
    report(tree);
    progress.step("layer", planned.name() + ": npm packages");
    return layering.npm(root, tree, tarballs);
  }

  /** Reports scripts that are not run, and packages that the lock lacks. */
  private void report(NpmTree tree) throws IOException {
    List<String> unknown = new ArrayList<>();
    for (LockedNpmPackage each : tree.unknownScripts()) {
      InstallScripts scripts = InstallScripts.read(each, tarballs);
      if (!scripts.commands().isEmpty()) {
        unknown.add(text(scripts));
      }
    }
    if (strictScripts && !unknown.isEmpty()) {
      throw new VerificationException(
          "npm packages have installation scripts with unknown effects, which --strict-scripts"
              + " forbids: "
              + String.join("; ", unknown)
              + ". Leave the packages out, or build without --strict-scripts and add the scripts'"
              + " effects to the image yourself.");
    }
    for (String each : unknown) {
      progress.warn(each + ", but scripts are not run. Check whether its effect is missing.");
    }
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
    scripts.commands().forEach((event, command) -> actions.add(event + ": `" + command + "`"));
    return "npm package " + scripts.of().id() + " would run " + String.join(", ", actions);
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
