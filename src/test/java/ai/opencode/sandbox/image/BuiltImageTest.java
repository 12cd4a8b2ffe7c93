package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.SomeFacts;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An image as callers see it. */
class BuiltImageTest {

  private static final PlannedLayer TOOL =
      new PlannedLayer.Verbatim(SomeFacts.of("tool-1"), Digest.sha256("tool"));
  private static final PlannedLayer OTHER = new PlannedLayer.Npm("other", List.of());

  private static final ImageSizes SIZES = new ImageSizes(1, 2, 3);

  @Test
  void listsItsPlannedLayersOnceForAllPlatforms() {
    BuiltImage image =
        image(
            UpstreamKind.MIRROR,
            platform(layer("base"), layer("tool", TOOL)),
            platform(layer("base"), layer("tool", TOOL), layer("other", OTHER)));

    assertThat(image.planned()).containsExactly(TOOL, OTHER);
  }

  @Test
  void listsBlobsAsTheManifestDoes() {
    assertThat(platform(layer("a"), layer("b", TOOL)).blobs())
        .containsExactly(layer("a").blob(), layer("b").blob());
  }

  @Test
  void mayBePublishedIfItsUpstreamMayLeave() {
    assertThat(image(UpstreamKind.MIRROR).publishable()).isTrue();
    assertThat(image(UpstreamKind.STAND_IN).publishable()).isFalse();
  }

  @Test
  void staysAsItWasMade() {
    List<ImageLayer> layers = new ArrayList<>(List.of(layer("a")));
    FinishedImage finished = finished(layers);
    BuiltPlatform platform = new BuiltPlatform(finished, Optional.empty(), Optional.empty(), 1);
    List<BuiltPlatform> platforms = new ArrayList<>(List.of(platform));
    BuiltImage image =
        new BuiltImage("a", "1", UpstreamKind.MIRROR, layer("index").blob(), platforms);

    layers.clear();
    platforms.clear();

    assertThat(image.platforms()).containsExactly(platform);
    assertThat(platform.layers()).hasSize(1);
    assertThat(finished.layers()).hasSize(1);
    assertThat(finished.blobs()).containsExactly(layer("a").blob());
  }

  private static BuiltImage image(UpstreamKind upstream, BuiltPlatform... platforms) {
    return new BuiltImage("a", "1", upstream, layer("index").blob(), List.of(platforms));
  }

  private static BuiltPlatform platform(ImageLayer... layers) {
    return new BuiltPlatform(finished(List.of(layers)), Optional.empty(), Optional.empty(), 1);
  }

  private static FinishedImage finished(List<ImageLayer> layers) {
    return new FinishedImage(
        layer("m").blob(), Digest.sha256("v"), layers, Map.of(), SIZES, ImageSoftware.NONE);
  }

  private static ImageLayer layer(String name, PlannedLayer... planned) {
    return new ImageLayer(
        Descriptor.of(MediaType.LAYER_GZIP, Digest.sha256(name), 1),
        List.of(planned).stream().findFirst(),
        Optional.empty());
  }
}
