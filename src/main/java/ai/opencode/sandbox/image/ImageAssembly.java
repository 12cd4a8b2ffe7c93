package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;

/** Makes finished images of staged roots. */
public final class ImageAssembly {

  private static final String KIND = "images";
  private static final String BUILDS = "builds";

  /** To be raised with every change to what the same inputs give. */
  private static final int FORMAT = 1;

  private final Cache cache;
  private final BlobStore blobs;
  private final LayerSizes sizes;

  public ImageAssembly(Cache cache) {
    this.cache = cache;
    this.blobs = cache.blobs();
    this.sizes = new LayerSizes(cache);
  }

  /**
   * Makes the image for one platform.
   *
   * @param version for the labels
   * @param upstream for the labels
   */
  public AssembledImage assemble(
      ImageDefinition definition, StagedRoot staged, String version, String upstream)
      throws IOException {
    Map<String, SortedMap<String, Overlay.Entry>> layers =
        Map.of("user, workspace, settings and apk database", staged.files().entries());

    List<StagedLayer> added = new ArrayList<>(staged.root().layers());
    added.addAll(staged.npmLayers());
    SortedMap<String, String> labels =
        Labels.of(definition, version, upstream, staged.baseName(), staged.baseDigest());
    Descriptor stagedManifest = stage(staged, added);
    String key = recipe(stagedManifest, layers, definition, labels);
    Optional<byte[]> known = cache.find(KIND, key);
    Descriptor manifest;
    if (known.isPresent() && isWhole(known.get())) {
      manifest = descriptor(known.get());
    } else {
      List<Callable<Digest>> work = new ArrayList<>();
      work.add(
          () ->
              new JibStep(blobs)
                  .finish(
                      stagedManifest,
                      staged.config().platform(),
                      layers,
                      definition.container(),
                      definition.user().numeric(),
                      labels,
                      cache.folder().resolve("tmp")));
      // Cached layers are verified when they become part of an image; Jib does not read them.
      for (StagedLayer layer : added) {
        if (layer.isFromCache()) {
          work.add(
              () -> {
                blobs.verify(layer.blob().digest());
                return layer.blob().digest();
              });
        }
      }
      Digest made = Parallel.run(work).get(0);
      Manifest written = Manifest.parse(blobs.read(made), "the manifest that Jib made");
      int layersUnderJib = staged.layersBelow().size() + added.size();
      // Jib does not send a layer that is there, so an older one may be what it stands on.
      for (Descriptor layer : written.layers().subList(layersUnderJib, written.layers().size())) {
        blobs.verify(layer.digest());
      }
      manifest = settle(written, labels);
      cache.keep(
          KIND,
          key,
          (manifest.digest().hex() + " " + manifest.size()).getBytes(StandardCharsets.US_ASCII));
    }
    return finished(staged, manifest, labels, known.isPresent());
  }

  /**
   * Adds the annotations, which Jib cannot write, and puts environment and labels in order: Jib
   * keeps them in hash maps, whose order is not the same in every JVM.
   */
  private Descriptor settle(Manifest made, Map<String, String> labels) throws IOException {
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

  /** Finishes an image that a caller made with Jib on top of a finished one. */
  public FinishedImage settle(Digest made) throws IOException {
    Manifest written = Manifest.parse(blobs.read(made), "the manifest that Jib made");
    ImageConfig config =
        ImageConfig.parse(blobs.read(written.config().digest()), "the configuration that Jib made");
    Descriptor manifest = settle(written, config.labels());
    long disk = 0;
    for (Descriptor layer : written.layers()) {
      disk += sizes.unpacked(layer);
    }
    return new FinishedImage(
        manifest.withPlatform(config.platform()),
        Labels.versionless(
            Manifest.parse(blobs.read(manifest.digest()), "the finished manifest"), config),
        written.layers(),
        Labels.annotations(config.labels()),
        written.compressedSize(),
        disk,
        0,
        List.of());
  }

  /** One image for several platforms. */
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
    for (StagedLayer layer : staged.root().layers()) {
      sizes.remember(layer.blob(), layer.unpackedBytes());
    }
    for (StagedLayer layer : staged.npmLayers()) {
      sizes.remember(layer.blob(), layer.unpackedBytes());
    }
    long disk = 0;
    for (Descriptor layer : content.layers()) {
      disk += sizes.unpacked(layer);
    }
    long reusedLayers =
        reused
            ? content.layers().size()
            : staged.layersBelow().size()
                + staged.root().layers().stream().filter(StagedLayer::isFromCache).count()
                + staged.npmLayers().stream().filter(StagedLayer::isFromCache).count();
    FinishedImage image =
        new FinishedImage(
            manifest.withPlatform(config.platform()),
            Labels.versionless(content, config),
            content.layers(),
            Labels.annotations(labels),
            content.compressedSize(),
            disk,
            (int) reusedLayers,
            staged.root().decisions());
    return new AssembledImage(image, config);
  }

  private Descriptor stage(StagedRoot staged, List<StagedLayer> added) throws IOException {
    ImageConfig config = staged.config();
    List<Descriptor> layers = new ArrayList<>();
    for (Descriptor layer : staged.layersBelow()) {
      // Jib calls every layer of an OCI image this anyway; the bytes are the same.
      layers.add(layer.withMediaType(MediaType.LAYER_GZIP));
    }
    for (StagedLayer layer : added) {
      config = config.withLayer(layer.diffId(), layer.createdBy(), "");
      layers.add(layer.blob());
    }
    Descriptor configBlob = blobs.put(MediaType.CONFIG, config.toJson());
    return blobs.put(MediaType.MANIFEST, new Manifest(configBlob, layers, Map.of()).toJson());
  }

  private static String recipe(
      Descriptor staged,
      Map<String, SortedMap<String, Overlay.Entry>> layers,
      ImageDefinition definition,
      Map<String, String> labels) {
    StringBuilder recipe = new StringBuilder("image ").append(FORMAT).append('\n');
    recipe.append(staged.digest()).append('\n');
    layers.forEach(
        (name, entries) -> {
          recipe.append(name).append('\n');
          entries.forEach(
              (path, entry) -> {
                byte[] content = entry.content();
                recipe
                    .append(path)
                    .append(' ')
                    .append(Integer.toOctalString(entry.mode()))
                    .append(' ')
                    .append(entry.uid())
                    .append(':')
                    .append(entry.gid())
                    .append(' ')
                    .append(content == null ? "" : Digest.sha256(content))
                    .append('\n');
              });
        });
    recipe.append(definition.container()).append('\n');
    recipe.append(definition.user().numeric()).append('\n').append(labels);
    return Digest.sha256(recipe.toString().getBytes(StandardCharsets.UTF_8)).hex();
  }

  /**
   * Keeps an image under everything that it was made from, so that the next build with the same
   * inputs need not look at any of them.
   */
  public void remember(String inputs, FinishedImage image) throws IOException {
    StringBuilder record = new StringBuilder();
    record.append(image.manifest().digest().hex()).append(' ');
    record.append(image.manifest().size()).append(' ').append(image.diskBytes());
    image.decisions().forEach(line -> record.append('\n').append(line));
    cache.keep(BUILDS, key(inputs), record.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** An image that was made from the same inputs and is still whole. */
  public Optional<FinishedImage> recall(String inputs) throws IOException {
    Optional<byte[]> record = cache.find(BUILDS, key(inputs));
    if (record.isEmpty() || !isWhole(record.get())) {
      return Optional.empty();
    }
    List<String> lines = new String(record.get(), StandardCharsets.UTF_8).lines().toList();
    long disk = Long.parseLong(lines.get(0).split(" ", -1)[2]);
    Descriptor manifest = descriptor(record.get());
    Manifest content = Manifest.parse(blobs.read(manifest.digest()), "a cached manifest");
    ImageConfig config =
        ImageConfig.parse(blobs.read(content.config().digest()), "a cached configuration");
    return Optional.of(
        new FinishedImage(
            manifest.withPlatform(config.platform()),
            Labels.versionless(content, config),
            content.layers(),
            content.annotations(),
            content.compressedSize(),
            disk,
            content.layers().size(),
            lines.subList(1, lines.size())));
  }

  private static String key(String inputs) {
    String all = "build " + FORMAT + " " + Layering.FORMAT + "\n" + inputs;
    return Digest.sha256(all.getBytes(StandardCharsets.UTF_8)).hex();
  }

  private static Descriptor descriptor(byte[] record) {
    String[] words = new String(record, StandardCharsets.UTF_8).split("[ \n]", -1);
    return Descriptor.of(MediaType.MANIFEST, new Digest(words[0]), Long.parseLong(words[1]));
  }

  private boolean isWhole(byte[] record) throws IOException {
    Descriptor manifest = descriptor(record);
    if (!blobs.contains(manifest.digest())) {
      return false;
    }
    Manifest content = Manifest.parse(blobs.read(manifest.digest()), "a cached manifest");
    return blobs.contains(content.config().digest())
        && content.layers().stream().allMatch(layer -> blobs.contains(layer.digest()));
  }
}
