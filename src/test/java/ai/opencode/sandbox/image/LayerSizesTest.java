package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The uncompressed sizes of layers, measured once. */
class LayerSizesTest {

  private static final String CONTENT = "content ".repeat(1000);

  @TempDir private Path folder;
  private Cache cache;
  private Descriptor layer;

  @BeforeEach
  void makeLayer() throws IOException {
    cache = new Cache(folder.resolve("cache"));
    layer = cache.blobs().put(MediaType.LAYER_GZIP, AStagedRoot.gzip(CONTENT));
  }

  @Test
  void areThoseOfTheContent() throws IOException {
    assertThat(new LayerSizes(cache).unpacked(layer)).isEqualTo(CONTENT.length());
  }

  @Test
  void ofAnUncompressedLayerAreItsOwn() throws IOException {
    Descriptor plain = cache.blobs().put(MediaType.LAYER, new byte[123]);

    assertThat(new LayerSizes(cache).unpacked(plain)).isEqualTo(123);
  }

  @Test
  void areMeasuredOnce() throws IOException {
    new LayerSizes(cache).unpacked(layer);
    Files.delete(cache.blobs().path(layer.digest()));

    assertThat(new LayerSizes(cache).unpacked(layer)).isEqualTo(CONTENT.length());
  }

  @Test
  void areThoseThatWereRemembered() throws IOException {
    new LayerSizes(cache).remember(layer, 5);

    assertThat(new LayerSizes(cache).unpacked(layer)).isEqualTo(5);
  }

  @Test
  void ofAnotherCompressionAreRefused() throws IOException {
    Descriptor other =
        cache
            .blobs()
            .put("application/vnd.oci.image.layer.v1.tar+zstd", new byte[] {40, -75, 47, -3, 0, 0});

    assertThatThrownBy(() -> new LayerSizes(cache).unpacked(other))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("layer " + other.digest());
  }
}
