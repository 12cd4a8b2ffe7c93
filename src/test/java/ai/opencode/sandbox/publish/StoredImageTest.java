package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredImageTest {

  private BlobStore blobs;

  @BeforeEach
  void start(@TempDir Path directory) {
    blobs = new BlobStore(directory);
  }

  @Test
  void readsVersionUpstreamAndPlatforms() throws Exception {
    StoredImage image = AStoredImage.named("tools").version("2.0.0").madeFrom("mirror").in(blobs);

    assertThat(image.version()).isEqualTo("2.0.0");
    assertThat(image.upstream()).contains(UpstreamKind.MIRROR);
    assertThat(image.manifests())
        .extracting(Descriptor::platform)
        .containsExactly(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
  }

  @Test
  void takesTheTitleIfItHasNoName() throws Exception {
    Descriptor titled = on(Platform.LINUX_AMD64, Map.of(Annotations.TITLE, "acme/tools"));

    assertThat(StoredImage.read("", blobs, titled).name()).isEqualTo("acme/tools");
    assertThat(StoredImage.read("it", blobs, titled).name()).isEqualTo("it");
  }

  @Test
  void hasTheUpstreamThatIsTrustedLeast() throws Exception {
    Descriptor official = on(Platform.LINUX_AMD64, Map.of(Annotations.UPSTREAM, "official"));
    Descriptor standIn = on(Platform.LINUX_ARM64, Map.of(Annotations.UPSTREAM, "Stand-In "));

    assertThat(StoredImage.read("it", blobs, index(standIn, official)).upstream())
        .contains(UpstreamKind.STAND_IN);
    assertThat(StoredImage.read("it", blobs, index(official)).upstream())
        .contains(UpstreamKind.OFFICIAL);
  }

  @Test
  void attestationsAreNotImages() throws Exception {
    Descriptor image = on(Platform.LINUX_AMD64, Map.of(Annotations.VERSION, "1.0.0"));
    Descriptor attestation = on(new Platform("unknown", "unknown"), Map.of());
    StoredImage read = StoredImage.read("it", blobs, index(attestation, image));

    assertThat(read.version()).isEqualTo("1.0.0");
    assertThat(read.manifests()).extracting(Descriptor::digest).containsExactly(image.digest());
  }

  @Test
  void statementsBesideImagesAreNotImages() throws Exception {
    StoredImage plain = AStoredImage.named("tools").in(blobs);
    StoredImage attested = AStoredImage.named("tools").attested("it").in(blobs);

    assertThat(attested.root()).isNotEqualTo(plain.root());
    assertThat(attested.manifests())
        .extracting(Descriptor::digest)
        .isEqualTo(plain.manifests().stream().map(Descriptor::digest).toList());
    assertThat(attested.version()).isEqualTo("1.2.3");
  }

  @Test
  void refusesAVersionThatIsNoTag() throws Exception {
    for (String version : List.of("../v2 9", "a/b", "-1", "x".repeat(129), "1+2")) {
      Descriptor image = on(Platform.LINUX_AMD64, Map.of(Annotations.VERSION, version));

      assertThatThrownBy(() -> StoredImage.read("it", blobs, image))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("cannot be a tag");
    }
  }

  @Test
  void refusesTwoVersionsAtOnce() throws Exception {
    Descriptor index =
        index(
            on(Platform.LINUX_AMD64, Map.of(Annotations.VERSION, "1.0.0")),
            on(Platform.LINUX_ARM64, Map.of(Annotations.VERSION, "1.0.1")));

    assertThatThrownBy(() -> StoredImage.read("it", blobs, index))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("it is of several versions, 1.0.0 and 1.0.1");
  }

  @Test
  void hasTheUpstreamThatAnIndexSaysOfAnEntry() throws Exception {
    Descriptor entry =
        on(Platform.LINUX_AMD64, Map.of(Annotations.UPSTREAM, "official"))
            .withAnnotations(Map.of(Annotations.UPSTREAM, "stand-in"));

    assertThat(StoredImage.read("it", blobs, index(entry)).upstream())
        .contains(UpstreamKind.STAND_IN);
  }

  @Test
  void readsEachOfNestedIndexesOnce() throws Exception {
    Descriptor index = index(on(Platform.LINUX_AMD64, Map.of()));
    for (int level = 0; level < 40; level++) {
      index = index(index, index);
    }
    Descriptor outermost = index;

    StoredImage read =
        assertTimeoutPreemptively(
            Duration.ofSeconds(30), () -> StoredImage.read("it", blobs, outermost));
    assertThat(read.manifests()).hasSize(1);
  }

  @Test
  void refusesMoreIndexesThanAnImageHas() throws Exception {
    Descriptor index = index(on(Platform.LINUX_AMD64, Map.of()));
    for (int nested = 1; nested < 100; nested++) {
      index = index(index);
    }
    Descriptor allowed = index;
    Descriptor tooMany = index(index);

    assertThat(StoredImage.read("it", blobs, allowed).manifests()).hasSize(1);
    assertThatThrownBy(() -> StoredImage.read("it", blobs, tooMany))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("holds more than 100 indexes");
  }

  @Test
  void refusesAnIndexWithTwoImagesForAPlatform() throws Exception {
    Descriptor index =
        index(
            on(Platform.LINUX_AMD64, Map.of("one", "1")),
            on(Platform.LINUX_AMD64, Map.of("two", "2")));

    assertThatThrownBy(() -> StoredImage.read("it", blobs, index))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("can be read in two ways");
  }

  private Descriptor on(Platform platform, Map<String, String> labels) throws IOException {
    return AnImage.on(platform).withFile("a", "1").withLabels(labels).in(blobs);
  }

  private Descriptor index(Descriptor... images) throws IOException {
    return blobs.put(MediaType.INDEX, new ImageIndex(List.of(images), Map.of()).toJson());
  }
}
