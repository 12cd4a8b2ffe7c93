package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.SomeFacts;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.image.ImageSoftware.InLayers;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finished images in the cache, by their inputs. */
class ImageRecordsTest {

  private static final Recipe INPUTS = Recipe.of("inputs", 1);
  private static final Recipe OTHERS = Recipe.of("inputs", 2);

  private static final SortedMap<String, String> LABELS =
      new TreeMap<>(Map.of("org.opencontainers.image.version", "1"));

  @TempDir private Path folder;
  private Cache cache;
  private ImageRecords records;
  private Descriptor image;

  @BeforeEach
  void makeImage() throws IOException {
    cache = new Cache(folder.resolve("cache"));
    records = new ImageRecords(cache);
    image =
        AnImage.on(Platform.LINUX_ARM64)
            .withFile("a", "first")
            .withFile("b", "second")
            .withLabels(LABELS)
            .in(cache.blobs());
  }

  @Test
  void findTheImageOfARecipe() throws IOException {
    records.keep(INPUTS, image);

    assertThat(records.find(INPUTS))
        .contains(Descriptor.of(MediaType.MANIFEST, image.digest(), image.size()));
    assertThat(records.find(OTHERS)).isEmpty();
  }

  @Test
  void findNoImageThatLacksABlob() throws IOException {
    records.keep(INPUTS, image);
    for (Digest each : blobs()) {
      byte[] content = Files.readAllBytes(cache.blobs().path(each));
      Files.delete(cache.blobs().path(each));
      assertThat(records.find(INPUTS)).as("%s", each).isEmpty();
      Files.write(cache.blobs().path(each), content);
    }
    assertThat(records.find(INPUTS)).isPresent();
  }

  @Test
  void recallAllOfAnImage() throws IOException {
    FinishedImage finished = finished();
    records.remember(INPUTS, finished);

    assertThat(records.recall(OTHERS, LABELS)).isEmpty();
    FinishedImage recalled = records.recall(INPUTS, LABELS).orElseThrow();
    assertThat(recalled.manifest()).isEqualTo(image);
    assertThat(recalled.versionless()).isEqualTo(finished.versionless());
    assertThat(recalled.layers()).isEqualTo(finished.layers());
    assertThat(recalled.inherited()).isEqualTo(finished.inherited());
    assertThat(recalled.annotations()).isEqualTo(finished.annotations());
    assertThat(recalled.sizes())
        .as("all layers are reused")
        .isEqualTo(new ImageSizes(manifest().compressedSize(), 77, 2));
  }

  @Test
  void recallAnImageWithAnotherVersion() throws IOException {
    FinishedImage finished = finished();
    records.remember(INPUTS, finished);
    SortedMap<String, String> labels = new TreeMap<>(LABELS);
    labels.put("org.opencontainers.image.version", "2");

    FinishedImage recalled = records.recall(INPUTS, labels).orElseThrow();

    assertThat(recalled.manifest()).isNotEqualTo(image);
    assertThat(recalled.manifest().platform()).isEqualTo(Platform.LINUX_ARM64);
    assertThat(recalled.versionless()).isEqualTo(finished.versionless());
    assertThat(recalled.annotations()).containsEntry("org.opencontainers.image.version", "2");
    assertThat(recalled.layers()).isEqualTo(finished.layers());
    assertThat(records.recall(INPUTS, LABELS).orElseThrow().versionless())
        .isEqualTo(finished.versionless());
  }

  @Test
  void recallNoImageThatLacksABlob() throws IOException {
    records.remember(INPUTS, finished());
    for (Digest each : blobs()) {
      byte[] content = Files.readAllBytes(cache.blobs().path(each));
      Files.delete(cache.blobs().path(each));
      assertThat(records.recall(INPUTS, LABELS)).as("%s", each).isEmpty();
      Files.write(cache.blobs().path(each), content);
    }
    assertThat(records.recall(INPUTS, LABELS)).isPresent();
  }

  @Test
  void recallNoImageWithOtherLayersThanItsManifest() throws IOException {
    FinishedImage finished = finished();
    records.remember(
        INPUTS,
        new FinishedImage(
            finished.manifest(),
            finished.versionless(),
            finished.layers().subList(0, 1),
            finished.annotations(),
            finished.sizes(),
            finished.inherited()));

    assertThat(records.recall(INPUTS, LABELS)).isEmpty();
  }

  @Test
  void areApartForStepsAndForWholeBuilds() throws IOException {
    records.keep(INPUTS, image);

    assertThat(records.recall(INPUTS, LABELS)).isEmpty();
  }

  private FinishedImage finished() throws IOException {
    List<Descriptor> layers = manifest().layers();
    ImageConfig config =
        ImageConfig.parse(cache.blobs().read(manifest().config().digest()), "the configuration");
    return new FinishedImage(
        image,
        Labels.versionless(manifest(), config),
        List.of(
            ImageLayer.unplanned(layers.get(0)),
            new ImageLayer(
                layers.get(1),
                Optional.of(
                    new PlannedLayer.Scripts(
                        List.of(SomeFacts.of("other-1-r0"), SomeFacts.of("tool-2-r0")))),
                Optional.of(Digest.sha256("recipe")))),
        manifest().annotations(),
        new ImageSizes(1, 77, 0),
        new ImageSoftware(
            List.of(
                new InLayers<>(SomeFacts.of("musl-1.2.5-r0"), List.of(layers.get(0).digest())),
                new InLayers<>(SomeFacts.of("empty-1-r0"), List.of())),
            List.of(
                new InLayers<>(
                    SomeNpmFacts.of("left-pad@1.0.0"), List.of(layers.get(0).digest())))));
  }

  private Manifest manifest() throws IOException {
    return Manifest.parse(cache.blobs().read(image.digest()), "the manifest");
  }

  private List<Digest> blobs() throws IOException {
    Manifest manifest = manifest();
    return List.of(
        image.digest(),
        manifest.config().digest(),
        manifest.layers().get(0).digest(),
        manifest.layers().get(1).digest());
  }
}
