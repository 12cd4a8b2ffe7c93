package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.BaseFetcher.FetchedBase;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A base whose layers are not gzip is refused before anything is built on it. */
class BaseLayerTypeTest {

  private static final Digest DIGEST = Digest.sha256("layer");

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "application/vnd.oci.image.layer.v1.tar+zstd",
        MediaType.LAYER,
        "application/vnd.docker.image.rootfs.diff.tar.zstd",
        "application/vnd.oci.image.layer.v1.tar+other-gzip",
        ""
      })
  void refusesOtherLayers(String type) {
    assertThatThrownBy(() -> base(type))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(DIGEST + " of the type " + type)
        .hasMessageEndingWith("Use a base image with gzip layers.");
  }

  @Test
  void takesGzipOfBothNames() {
    assertThatCode(() -> base(MediaType.LAYER_GZIP)).doesNotThrowAnyException();
    assertThatCode(() -> base(MediaType.DOCKER_LAYER_GZIP)).doesNotThrowAnyException();
  }

  private static FetchedBase base(String type) throws Exception {
    ImageConfig config =
        ImageConfig.parse(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
                .getBytes(StandardCharsets.UTF_8),
            "the configuration");
    List<BaseLayer> layers = List.of(new BaseLayer(Descriptor.of(type, DIGEST, 1), DIGEST));
    return new FetchedBase("alpine", null, DIGEST, DIGEST, layers, config);
  }
}
