package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.layer.AccessRecipe;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
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
   * @param labels all labels, sorted
   */
  public AssembledImage assemble(
      ImageDefinition definition, StagedRoot staged, SortedMap<String, String> labels)
      throws IOException {
    ImageFiles files = staged.files();
    Descriptor stagedManifest = stage(staged);
    Recipe recipe = recipe(stagedManifest, files, definition, labels);
    Optional<Descriptor> known = records.find(recipe);
    if (known.isPresent()) {
      return finished(staged, Written.read(known.get(), blobs), true);
    }
    JibStep jib = new JibStep(blobs);
    Manifest made =
        finish(
            staged,
            () ->
                jib.finish(
                    stagedManifest,
                    staged.config(),
                    files,
                    definition.container(),
                    definition.user().ids(),
                    labels,
                    cache.temporary()));
    Written image = inOrder(made, labels);
    records.keep(recipe, image.descriptor());
    return finished(staged, image, false);
  }

  /**
   * Lets Jib finish an image while the layers from the cache are verified: they become part of an
   * image now, and Jib does not read them.
   */
  private Manifest finish(StagedRoot staged, Callable<Digest> jib) throws IOException {
    Set<Digest> underJib = new HashSet<>();
    staged.layersBelow().forEach(layer -> underJib.add(layer.digest()));
    // Of these tasks only Jib's has a result, the digest of the manifest; the others verify layers.
    List<Callable<Optional<Digest>>> work = new ArrayList<>();
    work.add(() -> Optional.of(jib.call()));
    for (StagedLayer layer : staged.added()) {
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
    // Jib does not write a layer that the store has already, so even Jib's own layer may be an old
    // file of the cache.
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
  private Written inOrder(Manifest made, Map<String, String> labels) throws IOException {
    ImageConfig config =
        ImageConfig.parse(blobs.read(made.config().digest()), "the configuration that Jib made");
    List<String> environment = new ArrayList<>(config.environment());
    environment.sort(Comparator.naturalOrder());
    ImageConfig ordered =
        config.withEnvironment(environment).withLabels(config.labels()).withSortedPorts();
    return Written.write(ordered, made, labels, blobs);
  }

  /**
   * Finishes an image that a caller made with Jib, based on a finished one.
   *
   * @param below the image that this one is based on
   */
  public FinishedImage finish(Digest made, FinishedImage below) throws IOException {
    Manifest written = Manifest.parse(blobs.read(made), "the manifest that Jib made");
    ImageConfig config =
        ImageConfig.parse(blobs.read(written.config().digest()), "the configuration that Jib made");
    List<ImageLayer> layers = written.layers().stream().map(ImageLayer::unplanned).toList();
    return finished(
        inOrder(written, config.labels()), layers, below.layers().size(), below.software());
  }

  /**
   * Returns the index over several platforms. Attestations follow all images, because programs that
   * do not know them take the first entry.
   */
  public Descriptor index(List<BuiltPlatform> platforms) throws IOException {
    List<Descriptor> manifests = new ArrayList<>();
    platforms.forEach(each -> manifests.add(each.manifest()));
    platforms.forEach(each -> each.attestation().ifPresent(manifests::add));
    ImageIndex index = new ImageIndex(manifests, platforms.get(0).image().annotations());
    return blobs.put(MediaType.INDEX, index.toJson());
  }

  private AssembledImage finished(StagedRoot staged, Written written, boolean reused)
      throws IOException {
    for (StagedLayer layer : staged.added()) {
      sizes.remember(layer.blob(), layer.unpackedBytes());
    }
    int reusedLayers =
        reused
            ? written.manifest().layers().size()
            : staged.layersBelow().size()
                + (int) staged.added().stream().filter(StagedLayer::isFromCache).count();
    return new AssembledImage(
        finished(written, layers(staged, written.manifest()), reusedLayers, staged.inherited()),
        written.config());
  }

  /** Returns the layers of a finished image: those of the staged root, and Jib's on top of them. */
  private static List<ImageLayer> layers(StagedRoot staged, Manifest finished) {
    List<ImageLayer> layers = new ArrayList<>(staged.layers());
    Deque<Descriptor> listed = new ArrayDeque<>(finished.layers());
    for (ImageLayer each : layers) {
      if (!each.blob().equals(listed.poll())) {
        throw new IllegalStateException("Jib has changed the layer " + each.blob().digest());
      }
    }
    listed.forEach(each -> layers.add(ImageLayer.unplanned(each)));
    return layers;
  }

  private FinishedImage finished(
      Written written, List<ImageLayer> layers, int reusedLayers, ImageSoftware inherited)
      throws IOException {
    Manifest manifest = written.manifest();
    long disk = 0;
    for (Descriptor layer : manifest.layers()) {
      disk += sizes.unpacked(layer);
    }
    return new FinishedImage(
        written.descriptor().withPlatform(written.config().platform()),
        Labels.versionless(manifest, written.config()),
        layers,
        manifest.annotations(),
        new ImageSizes(manifest.compressedSize(), disk, reusedLayers),
        inherited);
  }

  private Descriptor stage(StagedRoot staged) throws IOException {
    ImageConfig config = staged.config();
    List<Descriptor> layers = new ArrayList<>();
    for (Descriptor layer : staged.layersBelow()) {
      // Jib gives every layer of an OCI image this type; the bytes are the same.
      layers.add(layer.withMediaType(MediaType.LAYER_GZIP));
    }
    for (StagedLayer layer : staged.added()) {
      config = config.withLayer(layer.diffId(), layer.createdBy(), "");
      layers.add(layer.blob());
    }
    Optional<LinkLayer> links = LinkLayer.write(staged.files(), blobs);
    if (links.isPresent()) {
      config = config.withLayer(links.get().diffId(), LinkLayer.CREATED_BY, "");
      layers.add(links.get().blob());
    }
    Descriptor configBlob = blobs.put(MediaType.CONFIG, config.toJson());
    return blobs.put(MediaType.MANIFEST, new Manifest(configBlob, layers, Map.of()).toJson());
  }

  private static Recipe recipe(
      Descriptor staged,
      ImageFiles files,
      ImageDefinition definition,
      SortedMap<String, String> labels) {
    Recipe recipe = ImageRecords.recipe().add(staged.digest());
    recipe.add(
        List.of(files),
        (to, layer) ->
            to.add(JibStep.FILES)
                .add(
                    layer.entries().entrySet(),
                    (list, each) -> add(list.add(each.getKey()), each.getValue())));
    DefinitionRecipe.add(recipe, definition.container());
    recipe.add(definition.user().ids().toString());
    Labels.add(recipe, labels);
    return recipe;
  }

  private static void add(Recipe recipe, Addition.Entry entry) {
    AccessRecipe.add(recipe, entry.node().access());
    byte[] bytes = entry.defined().isPresent() ? null : entry.node().content();
    recipe.add(Optional.ofNullable(bytes), Recipe::add);
    recipe.add(entry.defined(), DefinitionRecipe::add);
  }

  /**
   * Records an image by all of its inputs but its version, so that the next build with the same
   * inputs reads none of them.
   *
   * @return the place of the record
   */
  public RecordKey remember(Recipe inputs, FinishedImage image) throws IOException {
    records.remember(inputs, image);
    return ImageRecords.place(inputs);
  }

  /**
   * Returns the image that was made from the same inputs, if all its blobs exist.
   *
   * @param labels the labels of the image, with its version
   */
  public Optional<FinishedImage> recall(Recipe inputs, SortedMap<String, String> labels)
      throws IOException {
    return records.recall(inputs, labels);
  }

  /** Returns the place of the record of the image that is made from inputs. */
  public static RecordKey place(Recipe inputs) {
    return ImageRecords.place(inputs);
  }

  /**
   * Returns the record by which a cache finds the manifest of an image that was made from the same
   * inputs.
   *
   * @param place the place of the record of the image
   */
  public static Map.Entry<RecordKey, byte[]> manifestRecord(Descriptor manifest, RecordKey place) {
    return ImageRecords.manifestRecord(manifest, place);
  }

  /** Makes sure that the sizes of layers are recorded, and returns the places of the records. */
  public List<RecordKey> sizes(List<Descriptor> layers) throws IOException {
    List<RecordKey> keys = new ArrayList<>();
    for (Descriptor layer : layers) {
      sizes.unpacked(layer);
      keys.add(LayerSizes.key(layer.digest()));
    }
    return keys;
  }
}
