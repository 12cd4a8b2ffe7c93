package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.layer.PlannedLayerCodec;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Records of finished images in the cache, by the inputs of Jib's step and by the inputs of a whole
 * build. An image counts as absent if one of its blobs is missing.
 */
final class ImageRecords {

  /** The format's version: raise it whenever the same inputs give another image. */
  private static final int FORMAT = 2;

  private static final int RECORD_FORMAT = 2;

  private final BlobStore blobs;
  private final Records<Descriptor> images;
  private final Records<Remembered> builds;

  /**
   * The fields of an image that its manifest does not have.
   *
   * @param plans of layers, by the layer's digest
   */
  private record Remembered(Descriptor manifest, long diskBytes, Map<Digest, PlannedLayer> plans) {}

  ImageRecords(Cache cache) {
    this.blobs = cache.blobs();
    this.images = new Records<>(cache, "images", RECORD_FORMAT, new ManifestCodec());
    this.builds = new Records<>(cache, "builds", RECORD_FORMAT, new RememberedCodec());
  }

  /** Returns a recipe for Jib's step, without inputs yet. */
  static Recipe recipe() {
    return Recipe.of("image", FORMAT);
  }

  /** Returns the manifest of the image that was made from a recipe. */
  Optional<Descriptor> find(Recipe recipe) throws IOException {
    Optional<Descriptor> known = images.find(recipe.digest());
    return known.isPresent() && isWhole(known.get()) ? known : Optional.empty();
  }

  void keep(Recipe recipe, Descriptor manifest) throws IOException {
    images.keep(recipe.digest(), manifest);
  }

  /** Records an image by all of its inputs. */
  void remember(Recipe inputs, FinishedImage image) throws IOException {
    Map<Digest, PlannedLayer> plans = new LinkedHashMap<>();
    for (ImageLayer layer : image.layers()) {
      layer.planned().ifPresent(planned -> plans.put(layer.blob().digest(), planned));
    }
    builds.keep(key(inputs), new Remembered(image.manifest(), image.sizes().diskBytes(), plans));
  }

  /** Returns the image that was made from the same inputs. */
  Optional<FinishedImage> recall(Recipe inputs) throws IOException {
    Remembered known = builds.find(key(inputs)).orElse(null);
    if (known == null || !isWhole(known.manifest())) {
      return Optional.empty();
    }
    Manifest content = manifest(known.manifest());
    ImageConfig config =
        ImageConfig.parse(blobs.read(content.config().digest()), "a cached configuration");
    return Optional.of(
        new FinishedImage(
            known.manifest().withPlatform(config.platform()),
            Labels.versionless(content, config),
            ImageLayer.of(content.layers(), known.plans()),
            content.annotations(),
            new ImageSizes(content.compressedSize(), known.diskBytes(), content.layers().size())));
  }

  private static Digest key(Recipe inputs) {
    return Recipe.of("build", FORMAT).add(Layering.formats()).add(inputs).digest();
  }

  private boolean isWhole(Descriptor manifest) throws IOException {
    if (!blobs.contains(manifest.digest())) {
      return false;
    }
    Manifest content = manifest(manifest);
    return blobs.contains(content.config().digest())
        && content.layers().stream().allMatch(layer -> blobs.contains(layer.digest()));
  }

  private Manifest manifest(Descriptor manifest) throws IOException {
    return Manifest.parse(blobs.read(manifest.digest()), "a cached manifest");
  }

  private static final class ManifestCodec implements Records.Codec<Descriptor> {

    @Override
    public void write(Descriptor manifest, RecordWriter out) {
      out.digest(manifest.digest()).number(manifest.size());
    }

    @Override
    public Descriptor read(RecordReader in) throws IOException {
      return Descriptor.of(MediaType.MANIFEST, in.digest(), in.size());
    }
  }

  private static final class RememberedCodec implements Records.Codec<Remembered> {

    private final ManifestCodec manifest = new ManifestCodec();

    @Override
    public void write(Remembered image, RecordWriter out) {
      manifest.write(image.manifest(), out);
      out.number(image.diskBytes())
          .list(
              image.plans().entrySet(),
              (each, to) -> PlannedLayerCodec.write(each.getValue(), to.digest(each.getKey())));
    }

    @Override
    public Remembered read(RecordReader in) throws IOException {
      Descriptor image = manifest.read(in);
      long diskBytes = in.size();
      Map<Digest, PlannedLayer> plans = new LinkedHashMap<>();
      in.list(each -> Map.entry(each.digest(), PlannedLayerCodec.read(each)))
          .forEach(each -> plans.put(each.getKey(), each.getValue()));
      return new Remembered(image, diskBytes, plans);
    }
  }
}
