package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.npm.NpmIngredient;
import ai.opencode.sandbox.npm.NpmLayerGroup;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.npm.TarballSource;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A writer of planned layers. Those in the cache are reused. */
final class LayerWriter {

  /**
   * The format's version: raise it whenever other bytes than the tree's entries change, or other
   * values of an ingredient are added.
   */
  static final int NPM_FORMAT = 4;

  private final Cache cache;
  private final LayerCache layers;

  LayerWriter(Cache cache) {
    this.cache = cache;
    this.layers = new LayerCache(cache);
  }

  /**
   * Writes layers of Alpine packages in parallel.
   *
   * @param plan the layers, lowest first
   * @return the layers in that order; one without entries is left out
   */
  List<StagedLayer> write(List<PackedLayer> plan, InstalledRoot installed) throws IOException {
    Corrections corrections =
        Corrections.of(installed.root(), verbatim(plan), installed.whiteouts());
    List<Callable<Optional<StagedLayer>>> work = new ArrayList<>();
    for (PackedLayer each : plan) {
      work.add(() -> write(each, installed.root(), corrections));
    }
    return Parallel.run(work).stream().flatMap(Optional::stream).toList();
  }

  private Optional<StagedLayer> write(PackedLayer packed, Root root, Corrections corrections)
      throws IOException {
    if (packed instanceof PackedLayer.Verbatim verbatim) {
      return Optional.of(unchanged(verbatim));
    }
    if (packed instanceof PackedLayer.Merged merged) {
      MergedLayer layer =
          new MergedLayer(
              root,
              merged.packages(),
              merged.corrects() ? corrections : Corrections.NONE,
              cache.blobs());
      return layer.isEmpty()
          ? Optional.empty()
          : Optional.of(layers.layer(layer.recipe(), packed.planned(), layer));
    }
    ScriptsLayer layer = new ScriptsLayer(root, ((PackedLayer.Scripts) packed).effects());
    return Optional.of(layers.layer(layer.recipe(), packed.planned(), layer));
  }

  private static List<PlacedPackage> verbatim(List<PackedLayer> plan) {
    List<PlacedPackage> verbatim = new ArrayList<>();
    for (PackedLayer packed : plan) {
      if (packed instanceof PackedLayer.Verbatim each) {
        verbatim.add(each.content());
      }
    }
    return verbatim;
  }

  private static StagedLayer unchanged(PackedLayer.Verbatim packed) {
    FetchedPackage apk = packed.content().apk();
    return new StagedLayer(
        apk.data(),
        apk.diffId(),
        apk.unpackedBytes(),
        packed.planned(),
        StagedLayer.Obtained.PACKAGE);
  }

  /**
   * Returns tasks that write the layers of npm packages, by recipe.
   *
   * @param root the file system below; only attributes of the parent directories are read from it
   */
  Map<Digest, Callable<StagedLayer>> npm(Root root, NpmTree tree, TarballSource source) {
    List<TarEntry.Directory> above = new ArrayList<>();
    tree.place().above().forEach(path -> above.add(directory(root, path)));
    Map<Digest, Callable<StagedLayer>> work = new LinkedHashMap<>();
    for (NpmLayerGroup group : tree.groups()) {
      Recipe recipe = Recipe.of("npm layer", NPM_FORMAT).add(NpmTree.FORMAT);
      recipe.add(tree.ingredients(group), LayerWriter::add);
      recipe.add(above, LayerWriter::add).add(group.files());
      work.put(
          recipe.digest(),
          () ->
              layers.layer(
                  recipe,
                  LayerPacking.plan(tree, group),
                  tar -> {
                    for (TarEntry.Directory each : above) {
                      tar.write(each);
                    }
                    tree.writeTo(tar, group, source);
                  }));
    }
    return work;
  }

  private static TarEntry.Directory directory(Root root, String path) {
    Node node = root.get(path);
    Access access = node == null ? Access.ofRoot(0755) : node.access();
    return new TarEntry.Directory(path, Attributes.of(access));
  }

  private static void add(Recipe to, NpmIngredient each) {
    to.add(each.path().toString())
        .add(each.names())
        .add(each.tarball().toString())
        .add(each.executables())
        .add(each.links());
  }

  private static void add(Recipe to, TarEntry.Directory directory) {
    AccessRecipe.add(to.add(directory.path()), directory.attributes().access());
  }
}
