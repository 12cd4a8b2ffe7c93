package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageLayer;
import ai.opencode.sandbox.image.ImageSizes;
import ai.opencode.sandbox.image.ImageSoftware;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultTableTest {

  private static final Digest DIGEST = Digest.of("sha256:" + "0123456789abcdef".repeat(4));

  @Test
  void alignsNamesLeftAndNumbersRight() {
    BuiltPlatform amd64 = platform(Platform.LINUX_AMD64, 9, 43_210_000, 130_000_000, 1_234);
    BuiltPlatform arm64 = platform(Platform.LINUX_ARM64, 12, 999, 1_000_000_000, 61_000);
    BuiltImage image =
        new BuiltImage(
            "tools",
            "1",
            UpstreamKind.MIRROR,
            Descriptor.of(MediaType.INDEX, DIGEST, 1),
            List.of(amd64, arm64));

    assertThat(ResultTable.lines(List.of(image)))
        .containsExactly(
            "IMAGE  PLATFORM     INDEX DIGEST  LAYERS  PULL MB  DISK MB",
            "tools  linux/amd64  0123456789ab       9     43.2    130.0",
            "tools  linux/arm64  0123456789ab      12      0.0   1000.0");
  }

  @Test
  void fitsInto80ColumnsForTheProductsImages() {
    for (ImageDefinition each : SandboxImages.all()) {
      BuiltImage image =
          new BuiltImage(
              each.name(),
              "1",
              UpstreamKind.MIRROR,
              Descriptor.of(MediaType.INDEX, DIGEST, 1),
              List.of(platform(Platform.LINUX_AMD64, 99, 999_000_000, 9_999_000_000L, 1)));

      assertThat(ResultTable.lines(List.of(image)))
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
  }

  private static BuiltPlatform platform(
      Platform platform, int layers, long compressed, long disk, long millis) {
    return new BuiltPlatform(
        new FinishedImage(
            Descriptor.of(MediaType.MANIFEST, DIGEST, 1).withPlatform(platform),
            DIGEST,
            Collections.nCopies(
                layers,
                new ImageLayer(
                    Descriptor.of(MediaType.LAYER_GZIP, DIGEST, 1),
                    Optional.empty(),
                    Optional.empty())),
            Map.of(),
            new ImageSizes(compressed, disk, 0),
            new ImageSoftware(List.of(), List.of())),
        Optional.empty(),
        Optional.empty(),
        millis);
  }
}
