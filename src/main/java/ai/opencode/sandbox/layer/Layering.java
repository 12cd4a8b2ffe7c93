package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Installation;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.install.PackageContents;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.KnownScripts;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.npm.TarballSource;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;

/** The step of a build that installs packages on a file system and makes layers of them. */
public final class Layering implements AutoCloseable {

  private final Cache cache;
  private final LayerWriter writer;
  private final Progress progress;
  private final Ahead<Digest, StagedLayer> ahead = new Ahead<>();

  /** Returns the version of every format that layers depend on. */
  public static Recipe formats() {
    return formats(KnownScripts.table());
  }

  /**
   * Returns the versions with another table of scripts.
   *
   * @param scripts the table of known installation scripts
   */
  static Recipe formats(SortedMap<String, String> scripts) {
    return Recipe.of("layer formats", LayerPacking.FORMAT)
        .add(Gzip.ENCODING)
        .add(PlannedLayerCodec.FORMAT)
        .add(LayerCache.FORMAT)
        .add(MergedLayer.FORMAT)
        .add(ScriptsLayer.FORMAT)
        .add(LayerWriter.NPM_FORMAT)
        .add(NpmTree.FORMAT)
        .add(scripts);
  }

  /**
   * Returns the place of the cache's record of a layer.
   *
   * @param recipe the recipe of a {@link StagedLayer}
   */
  public static RecordKey place(Digest recipe) {
    return LayerCache.place(recipe);
  }

  public Layering(Cache cache, Progress progress) {
    this.cache = cache;
    this.writer = new LayerWriter(cache);
    this.progress = progress;
  }

  /**
   * Installs packages on a file system.
   *
   * @param below the file system
   * @param transaction the packages to install on it and to remove from it
   * @param files contents that the image's definition adds, by absolute path; installation scripts
   *     read some of them
   * @throws VerificationException if packages claim the same file, or contain anything that is not
   *     allowed in an image
   */
  public LayeredRoot add(Root below, Transaction transaction, Map<String, byte[]> files)
      throws IOException {
    return add(below, transaction, files, progress);
  }

  /**
   * Installs packages of one image.
   *
   * @param ofImage receives the events of this image
   */
  public LayeredRoot add(
      Root below, Transaction transaction, Map<String, byte[]> files, Progress ofImage)
      throws IOException {
    Set<PackageId> leaving = new HashSet<>();
    transaction.removed().forEach(each -> leaving.add(each.id()));
    transaction.installed().forEach(each -> leaving.add(each.pkg().id()));
    Installation installation = new Installation(below, transaction.before(), leaving);
    transaction.removed().forEach(installation::remove);
    for (FetchedPackage each : transaction.installed()) {
      installation.install(each, PackageContents.of(each, cache.blobs()));
    }
    ScriptEffects effects = ScriptEffects.of(installation.root(), transaction, files);
    InstalledRoot installed = installation.finish();

    List<PackedLayer> plan = LayerPacking.plan(installed.placed(), effects);
    long verbatim = plan.stream().filter(PackedLayer.Verbatim.class::isInstance).count();
    ofImage.step(Stage.LAYER, "merging " + (installed.placed().size() - verbatim) + " packages");
    return new LayeredRoot(
        writer.write(plan, installed),
        installed,
        transaction.after(installed.database()),
        effects.report());
  }

  /** Installs npm packages, with one layer for each group. */
  public List<StagedLayer> npm(Root root, NpmTree tree, TarballSource source) throws IOException {
    List<Callable<StagedLayer>> work = new ArrayList<>();
    writer
        .npm(root, tree, source)
        .forEach((recipe, layer) -> work.add(() -> ahead.get(recipe, layer)));
    return Parallel.run(work);
  }

  /**
   * Starts making layers that a later call of {@link #npm} will return.
   *
   * @param root an early state of the file system below; if its directories change, the layers are
   *     made again
   */
  public void beginNpm(Root root, NpmTree tree, TarballSource source) {
    writer.npm(root, tree, source).forEach(ahead::begin);
  }

  @Override
  public void close() {
    ahead.close();
  }
}
