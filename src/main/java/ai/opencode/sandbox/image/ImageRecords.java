package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.layer.Layering;
import ai.opencode.sandbox.layer.PackageFactsCodec;
import ai.opencode.sandbox.layer.PlannedLayerCodec;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/**
 * Records of finished images in the cache, by the inputs of Jib's step and by the inputs of a whole
 * build. An image counts as absent if one of its blobs is missing.
 */
final class ImageRecords {

  /** The format's version: raise it whenever the same inputs give another image. */
  private static final int FORMAT = 4;

  private static final int MANIFEST_FORMAT = 2;
  private static final int BUILD_FORMAT = 7;
  private static final String BUILDS = "builds";
  private static final String MADE = "made";

  private final BlobStore blobs;
  private final ManifestRecords images;
  private final Records<Remembered> builds;
  private final ManifestRecords made;

  /**
   * The fields of an image that its manifest does not have. They are equal for all versions.
   *
   * @param created the creation time in the configuration; {@link FinishedImage#versionless} does
   *     not depend on it
   * @param layers the layers of the manifest, with the packages planned for each
   */
  private record Remembered(
      long diskBytes, Instant created, List<ImageLayer> layers, ImageSoftware inherited) {

    List<Descriptor> blobs() {
      return layers.stream().map(ImageLayer::blob).toList();
    }
  }

  ImageRecords(Cache cache) {
    this.blobs = cache.blobs();
    this.images = new ManifestRecords(cache, "images", MANIFEST_FORMAT);
    this.builds = new Records<>(cache, BUILDS, BUILD_FORMAT, new RememberedCodec());
    this.made = new ManifestRecords(cache, MADE, MANIFEST_FORMAT);
  }

  /** Returns a recipe for Jib's step, without inputs yet. */
  static Recipe recipe() {
    return Recipe.of("image", FORMAT);
  }

  /** Returns the manifest of the image that was made from a recipe. */
  Optional<Descriptor> find(Recipe recipe) throws IOException {
    return images.find(recipe.digest());
  }

  void keep(Recipe recipe, Descriptor manifest) throws IOException {
    images.keep(recipe.digest(), manifest);
  }

  /** Records an image by all of its inputs but its version. */
  void remember(Recipe inputs, FinishedImage image) throws IOException {
    Digest key = key(inputs);
    builds.keep(
        key,
        new Remembered(
            image.sizes().diskBytes(),
            Written.read(image.manifest(), blobs).config().created(),
            image.layers(),
            image.inherited()));
    made.keep(key, image.manifest());
  }

  /**
   * Returns the image that was made from the same inputs, with another version if that one had
   * another.
   *
   * @param labels the labels of the image, with its version
   */
  Optional<FinishedImage> recall(Recipe inputs, SortedMap<String, String> labels)
      throws IOException {
    Digest key = key(inputs);
    Optional<Remembered> known = builds.find(key);
    Optional<Descriptor> manifest = known.isEmpty() ? Optional.empty() : made.find(key);
    if (known.isEmpty() || manifest.isEmpty()) {
      return Optional.empty();
    }
    Manifest content = ManifestRecords.read(manifest.get(), blobs);
    if (!content.layers().equals(known.get().blobs())) {
      return Optional.empty();
    }
    ImageConfig config =
        ImageConfig.parse(blobs.read(content.config().digest()), "a cached configuration");
    Written image =
        new Written(manifest.get(), content, config).labelled(labels, known.get().created(), blobs);
    if (!image.descriptor().equals(manifest.get())) {
      made.keep(key, image.descriptor());
    }
    return Optional.of(finished(image, known.get()));
  }

  private static FinishedImage finished(Written image, Remembered known) {
    Manifest content = image.manifest();
    return new FinishedImage(
        image.descriptor().withPlatform(image.config().platform()),
        Labels.versionless(content, image.config()),
        known.layers(),
        content.annotations(),
        new ImageSizes(content.compressedSize(), known.diskBytes(), content.layers().size()),
        known.inherited());
  }

  /** Returns the place of the record of an image. */
  static RecordKey place(Recipe inputs) {
    return new RecordKey(BUILDS, key(inputs));
  }

  /**
   * Returns the record by which a cache finds the manifest of an image that was made from the same
   * inputs.
   *
   * @param place the place of the record of the image
   */
  static Map.Entry<RecordKey, byte[]> manifestRecord(Descriptor manifest, RecordKey place) {
    return Map.entry(
        new RecordKey(MADE, place.key()),
        Records.content(MADE, MANIFEST_FORMAT, manifest, new ManifestRecords.Codec()));
  }

  private static Digest key(Recipe inputs) {
    return Recipe.of("build", FORMAT).add(Layering.formats()).add(inputs).digest();
  }

  private static final class RememberedCodec implements Records.Codec<Remembered> {

    @Override
    public void write(Remembered image, RecordWriter out) {
      out.number(image.diskBytes())
          .text(image.created().toString())
          .list(image.layers(), RememberedCodec::write)
          .list(image.inherited().apk(), (each, to) -> write(each, PackageFactsCodec::write, to))
          .list(image.inherited().npm(), (each, to) -> write(each, PackageFactsCodec::write, to));
    }

    @Override
    public Remembered read(RecordReader in) throws IOException {
      long diskBytes = in.size();
      Instant created = Instant.parse(in.text());
      List<ImageLayer> layers = in.list(RememberedCodec::layer);
      ImageSoftware inherited =
          new ImageSoftware(
              in.list(each -> inLayers(PackageFactsCodec.apk(each), each)),
              in.list(each -> inLayers(PackageFactsCodec.npm(each), each)));
      return new Remembered(diskBytes, created, layers, inherited);
    }

    private static <P> void write(
        InLayers<P> each, BiConsumer<P, RecordWriter> writing, RecordWriter out) {
      writing.accept(each.pkg(), out);
      out.list(each.layers(), (digest, to) -> to.digest(digest));
    }

    private static <P> InLayers<P> inLayers(P pkg, RecordReader in) throws IOException {
      return new InLayers<>(pkg, in.list(RecordReader::digest));
    }

    private static void write(ImageLayer layer, RecordWriter out) {
      Descriptor blob = layer.blob();
      out.text(blob.mediaType())
          .digest(blob.digest())
          .number(blob.size())
          .flag(layer.planned().isPresent());
      layer.planned().ifPresent(planned -> PlannedLayerCodec.write(planned, out));
      out.flag(layer.recipe().isPresent());
      layer.recipe().ifPresent(out::digest);
    }

    private static ImageLayer layer(RecordReader in) throws IOException {
      Descriptor blob = Descriptor.of(in.text(), in.digest(), in.size());
      return new ImageLayer(
          blob,
          in.flag() ? Optional.of(PlannedLayerCodec.read(in)) : Optional.empty(),
          in.flag() ? Optional.of(in.digest()) : Optional.empty());
    }
  }
}
