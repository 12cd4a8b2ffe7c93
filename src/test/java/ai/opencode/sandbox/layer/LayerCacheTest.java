package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarContent;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.layer.StagedLayer.Obtained;
import ai.opencode.sandbox.npm.SomeNpmFacts;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that are made once for a recipe. */
class LayerCacheTest {

  private static final Recipe RECIPE = Recipe.of("test", 1);
  private static final PlannedLayer PLAN =
      new PlannedLayer.Npm("tool", List.of(SomeNpmFacts.of("tool@1")));

  @TempDir private Path folder;
  private Cache cache;
  private LayerCache layers;
  private int made;
  private final TarContent content =
      tar -> {
        made++;
        byte[] bytes = new byte[70_000];
        tar.write(new TarEntry.File("a", Attributes.of(0644), bytes.length), bytes);
      };

  @BeforeEach
  void makeCache() {
    cache = new Cache(folder.resolve("cache"));
    layers = new LayerCache(cache);
  }

  @Test
  void describesItsBlob() throws IOException {
    StagedLayer layer = layers.layer(RECIPE, PLAN, content);

    byte[] blob = cache.blobs().read(layer.blob().digest());
    byte[] archive = Gzip.inflating(new ByteArrayInputStream(blob), "it").readAllBytes();
    assertThat(layer.blob().mediaType()).isEqualTo(MediaType.LAYER_GZIP);
    assertThat(layer.blob().size()).isEqualTo(blob.length);
    assertThat(layer.diffId()).isEqualTo(Digest.sha256(archive));
    assertThat(layer.unpackedBytes()).isEqualTo(archive.length);
    assertThat(archive).as("the end of the archive").endsWith(new byte[1024]);
    assertThat(layer.planned()).isEqualTo(PLAN);
    assertThat(layer.obtained()).isEqualTo(Obtained.MADE);
  }

  @Test
  void makesALayerOnce() throws IOException {
    StagedLayer first = layers.layer(RECIPE, PLAN, content);
    PlannedLayer other = new PlannedLayer.Npm("other", List.of());
    StagedLayer again = new LayerCache(cache).layer(RECIPE, other, content);

    assertThat(made).isEqualTo(1);
    assertThat(again)
        .isEqualTo(
            new StagedLayer(
                first.blob(),
                first.diffId(),
                first.unpackedBytes(),
                other,
                first.recipe(),
                Obtained.REUSED));
  }

  @Test
  void makesOneForEachRecipe() throws IOException {
    layers.layer(RECIPE, PLAN, content);
    layers.layer(Recipe.of("test", 2), PLAN, content);

    assertThat(made).isEqualTo(2);
  }

  @Test
  void makesItAgainWithoutItsBlob() throws IOException {
    StagedLayer layer = layers.layer(RECIPE, PLAN, content);
    Files.delete(cache.blobs().path(layer.blob().digest()));

    assertThat(layers.layer(RECIPE, PLAN, content)).isEqualTo(layer);
    assertThat(cache.blobs().contains(layer.blob().digest())).isTrue();
  }

  @Test
  void makesItAgainIfItsBlobWasCutOff() throws IOException {
    StagedLayer layer = layers.layer(RECIPE, PLAN, content);
    Files.write(cache.blobs().path(layer.blob().digest()), new byte[1]);

    assertThat(layers.layer(RECIPE, PLAN, content)).isEqualTo(layer);
    assertThat(made).isEqualTo(2);
  }

  @Test
  void summarizesLayers() {
    assertThat(StagedLayer.summary(List.of(of(Obtained.PACKAGE), of(Obtained.REUSED))))
        .isEqualTo("2 layers: 1 package unchanged, 1 reused, 0 made");
    assertThat(
            StagedLayer.summary(List.of(of(Obtained.MADE), of(Obtained.MADE), of(Obtained.REUSED))))
        .isEqualTo("3 layers: 0 packages unchanged, 1 reused, 2 made (2.5 MB)");
    assertThat(of(Obtained.MADE).isFromCache()).isFalse();
    assertThat(of(Obtained.PACKAGE).isFromCache()).isTrue();
    assertThat(of(Obtained.REUSED).isFromCache()).isTrue();
  }

  private static StagedLayer of(Obtained obtained) {
    Digest digest = Digest.sha256("layer");
    return new StagedLayer(
        Descriptor.of(MediaType.LAYER_GZIP, digest, 1_250_000),
        digest,
        1,
        PLAN,
        Optional.empty(),
        obtained);
  }
}
