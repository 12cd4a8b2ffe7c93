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
    Writing writing = new Writing(installed.root(), corrections);
    List<Callable<Optional<StagedLayer>>> work = new ArrayList<>();
    plan.forEach(each -> work.add(() -> each.in(writing)));
    return Parallel.run(work).stream().flatMap(Optional::stream).toList();
  }

  /** The writing of one layer; empty if it would have no entries. */
  private final class Writing implements PackedLayer.Cases<Optional<StagedLayer>> {

    private final Root root;
    private final Corrections corrections;

    private Writing(Root root, Corrections corrections) {
      this.root = root;
      this.corrections = corrections;
    }

    @Override
    public Optional<StagedLayer> of(PackedLayer.Verbatim packed) {
      return Optional.of(unchanged(packed));
    }

    @Override
    public Optional<StagedLayer> of(PackedLayer.Merged packed) throws IOException {
      MergedLayer layer =
          new MergedLayer(
              root,
              packed.packages(),
              packed.corrects() ? corrections : Corrections.NONE,
              cache.blobs());
      return layer.isEmpty()
          ? Optional.empty()
          : Optional.of(layers.layer(layer.recipe(), packed.planned(), layer));
    }

    @Override
    public Optional<StagedLayer> of(PackedLayer.Scripts packed) throws IOException {
      ScriptsLayer layer = new ScriptsLayer(root, packed.effects());
      return Optional.of(layers.layer(layer.recipe(), packed.planned(), layer));
    }
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
        Optional.empty(),
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
