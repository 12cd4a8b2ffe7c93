package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;

/** The step that makes finished images of staged roots. */
public final class ImageAssembly {

  private final Cache cache;
  private final BlobStore blobs;
  private final ImageRecords records;
  private final LayerSizes sizes;

  public ImageAssembly(Cache cache) {
    this.cache = cache;
    this.blobs = cache.blobs();
    this.records = new ImageRecords(cache);
    this.sizes = new LayerSizes(cache);
  }

  /**
   * Makes the image for one platform.
   *
   * @param version for the labels
   * @param upstream for the labels
   */
  public AssembledImage assemble(
      ImageDefinition definition, StagedRoot staged, String version, UpstreamKind upstream)
      throws IOException {
    SortedMap<String, Overlay.Entry> files = staged.files().entries();
    SortedMap<String, String> labels =
        Labels.of(definition, version, upstream, staged.baseName(), staged.baseDigest());
    Descriptor stagedManifest = stage(staged);
    Recipe recipe = recipe(stagedManifest, files, definition, labels);
    Optional<Descriptor> known = records.find(recipe);
    Descriptor manifest;
    if (known.isPresent()) {
      manifest = known.get();
    } else {
      JibStep jib = new JibStep(blobs);
      Manifest made =
          finish(
              staged,
              () ->
                  jib.finish(
                      stagedManifest,
                      staged.config().platform(),
                      files,
                      definition.container(),
                      definition.user().numeric(),
                      labels,
                      cache.temporary()));
      manifest = inOrder(made, labels);
      records.keep(recipe, manifest);
    }
    return finished(staged, manifest, labels, known.isPresent());
  }

  /**
   * Lets Jib finish an image while the layers from the cache are verified: they become part of an
   * image now, and Jib does not read them.
   */
  private Manifest finish(StagedRoot staged, Callable<Digest> jib) throws IOException {
    Set<Digest> underJib = new HashSet<>();
    staged.layersBelow().forEach(layer -> underJib.add(layer.digest()));
    // Only Jib's task returns a digest.
    List<Callable<Optional<Digest>>> work = new ArrayList<>();
    work.add(() -> Optional.of(jib.call()));
    for (StagedLayer layer : staged.addedLayers()) {
      underJib.add(layer.blob().digest());
      if (layer.isFromCache()) {
        work.add(
            () -> {
              blobs.verify(layer.blob().digest());
              return Optional.empty();
            });
      }
    }
    Digest digest = Parallel.run(work).stream().flatMap(Optional::stream).findFirst().orElseThrow();
    Manifest made = Manifest.parse(blobs.read(digest), "the manifest that Jib made");
    // Jib skips layers that the store has, so its own layer may also come from the cache.
    for (Descriptor layer : made.layers()) {
      if (!underJib.contains(layer.digest())) {
        blobs.verify(layer.digest());
      }
    }
    return made;
  }

  /**
   * Adds the annotations, which Jib cannot write, and sorts environment and labels, which Jib keeps
   * in hash maps: their order differs between JVMs.
   */
  private Descriptor inOrder(Manifest made, Map<String, String> labels) throws IOException {
    ImageConfig config =
        ImageConfig.parse(blobs.read(made.config().digest()), "the configuration that Jib made");
    List<String> environment = new ArrayList<>(config.environment());
    environment.sort(Comparator.naturalOrder());
    ImageConfig ordered = config.withEnvironment(environment).withLabels(config.labels());
    Manifest settled =
        new Manifest(
            blobs.put(MediaType.CONFIG, ordered.toJson()),
            made.layers(),
            Labels.annotations(labels));
    return blobs.put(MediaType.MANIFEST, settled.toJson());
  }

  /** Finishes an image that a caller made with Jib, based on a finished one. */
  public FinishedImage finish(Digest made) throws IOException {
    Manifest written = Manifest.parse(blobs.read(made), "the manifest that Jib made");
    ImageConfig config =
        ImageConfig.parse(blobs.read(written.config().digest()), "the configuration that Jib made");
    Descriptor manifest = inOrder(written, config.labels());
    Manifest settled = Manifest.parse(blobs.read(manifest.digest()), "the finished manifest");
    ImageConfig ordered =
        ImageConfig.parse(blobs.read(settled.config().digest()), "the finished configuration");
    long disk = 0;
    for (Descriptor layer : written.layers()) {
      disk += sizes.unpacked(layer);
    }
    return new FinishedImage(
        manifest.withPlatform(config.platform()),
        Labels.versionless(settled, ordered),
        ImageLayer.of(written.layers(), Map.of()),
        Labels.annotations(config.labels()),
        new ImageSizes(written.compressedSize(), disk, 0));
  }

  /** Returns the index over several platforms. */
  public Descriptor index(List<FinishedImage> platforms) throws IOException {
    List<Descriptor> manifests = new ArrayList<>();
    for (FinishedImage each : platforms) {
      manifests.add(each.manifest());
    }
    ImageIndex index = new ImageIndex(manifests, platforms.get(0).annotations());
    return blobs.put(MediaType.INDEX, index.toJson());
  }

  private AssembledImage finished(
      StagedRoot staged, Descriptor manifest, Map<String, String> labels, boolean reused)
      throws IOException {
    Manifest content = Manifest.parse(blobs.read(manifest.digest()), "the finished manifest");
    ImageConfig config =
        ImageConfig.parse(blobs.read(content.config().digest()), "the finished configuration");
    List<StagedLayer> added = staged.addedLayers();
    Map<Digest, PlannedLayer> plans = new HashMap<>();
    for (StagedLayer layer : added) {
      plans.put(layer.blob().digest(), layer.planned());
      sizes.remember(layer.blob(), layer.unpackedBytes());
    }
    long disk = 0;
    for (Descriptor layer : content.layers()) {
      disk += sizes.unpacked(layer);
    }
    long reusedLayers =
        reused
            ? content.layers().size()
            : staged.layersBelow().size() + added.stream().filter(StagedLayer::isFromCache).count();
    FinishedImage image =
        new FinishedImage(
            manifest.withPlatform(config.platform()),
            Labels.versionless(content, config),
            ImageLayer.of(content.layers(), plans),
            Labels.annotations(labels),
            new ImageSizes(content.compressedSize(), disk, (int) reusedLayers));
    return new AssembledImage(image, config);
  }

  private Descriptor stage(StagedRoot staged) throws IOException {
    ImageConfig config = staged.config();
    List<Descriptor> layers = new ArrayList<>();
    for (Descriptor layer : staged.layersBelow()) {
      // Jib gives every layer of an OCI image this type; the bytes are the same.
      layers.add(layer.withMediaType(MediaType.LAYER_GZIP));
    }
    for (StagedLayer layer : staged.addedLayers()) {
      config = config.withLayer(layer.diffId(), layer.createdBy(), "");
      layers.add(layer.blob());
    }
    Descriptor configBlob = blobs.put(MediaType.CONFIG, config.toJson());
    return blobs.put(MediaType.MANIFEST, new Manifest(configBlob, layers, Map.of()).toJson());
  }

  private static Recipe recipe(
      Descriptor staged,
      SortedMap<String, Overlay.Entry> files,
      ImageDefinition definition,
      SortedMap<String, String> labels) {
    Recipe recipe = ImageRecords.recipe().add(staged.digest());
    recipe.add(
        List.of(files),
        (to, layer) ->
            to.add(JibStep.FILES)
                .add(
                    layer.entrySet(),
                    (list, each) -> add(list.add(each.getKey()), each.getValue())));
    DefinitionRecipe.add(recipe, definition.container());
    recipe.add(definition.user().numeric());
    Labels.add(recipe, labels);
    return recipe;
  }

  private static void add(Recipe recipe, Overlay.Entry entry) {
    recipe.add(entry.mode()).add(entry.uid()).add(entry.gid());
    recipe.add(Optional.ofNullable(entry.content()), Recipe::add);
  }

  /**
   * Records an image by all of its inputs, so that the next build with the same inputs reads none
   * of them.
   */
  public void remember(Recipe inputs, FinishedImage image) throws IOException {
    records.remember(inputs, image);
  }

  /** Returns the image that was made from the same inputs, if all its blobs exist. */
  public Optional<FinishedImage> recall(Recipe inputs) throws IOException {
    return records.recall(inputs);
  }
}
