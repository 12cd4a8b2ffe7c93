package ai.opencode.sandbox.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents of an image, written anew for a version and a time. */
class WrittenTest {

  private static final Instant TIME = Instant.parse("2024-05-06T07:08:09Z");

  @TempDir private Path folder;
  private BlobStore blobs;
  private Written one;

  @BeforeEach
  void write() throws IOException {
    blobs = new Cache(folder.resolve("cache")).blobs();
    Descriptor image =
        AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").withLabels(labels("1")).in(blobs);
    Written read = Written.read(image, blobs);
    one = Written.write(read.config().withCreated(TIME), read.manifest(), labels("1"), blobs);
  }

  private static SortedMap<String, String> labels(String version) {
    return new TreeMap<>(
        Map.of(
            "org.opencontainers.image.version",
            version,
            "org.opencontainers.image.title",
            "small"));
  }

  @Test
  void theSameVersionIsTheSameImage() throws IOException {
    assertThat(one.labelled(labels("1"), TIME, blobs).descriptor()).isEqualTo(one.descriptor());
  }

  @Test
  void anotherVersionAndBackIsTheSameImage() throws IOException {
    Written two = one.labelled(labels("2"), TIME, blobs);

    assertThat(two.descriptor()).isNotEqualTo(one.descriptor());
    assertThat(two.config().labels())
        .containsEntry("org.opencontainers.image.version", "2")
        .containsEntry("org.opencontainers.image.title", "small");
    assertThat(two.manifest().annotations()).containsEntry("org.opencontainers.image.version", "2");
    assertThat(Written.read(two.descriptor(), blobs).manifest()).isEqualTo(two.manifest());
    assertThat(two.labelled(labels("1"), TIME, blobs).descriptor()).isEqualTo(one.descriptor());
  }

  /** The digest without a version is blind to each of these. */
  @Test
  void keepsNothingThatNoResultInALockProves() throws IOException {
    Manifest manifest = one.manifest();
    String config = new String(one.config().toJson(), UTF_8);
    List<Descriptor> images =
        List.of(
            of("{ " + text(manifest).substring(1)),
            of(
                text(manifest)
                    .replace("tar+gzip\",", "tar+gzip\",\"urls\":[\"http://x.example\"],")),
            of(
                text(manifest)
                    .replace("\"small\"", "\"small\",\"org.opencontainers.image.version\":\"9\"")
                    .replaceFirst(",\"org.opencontainers.image.version\":\"1\"", "")),
            of(text(configured(" " + config))),
            of(text(configured(config.replace("2024-05-06", "2034-05-06")))),
            of(
                text(
                    configured(
                        config.replace("\"created_by\"", "\"author\":\"x\",\"created_by\"")))));
    for (Descriptor each : images) {
      Written other = Written.read(each, blobs);
      assertThat(other.descriptor().digest()).isNotEqualTo(one.descriptor().digest());
      assertThat(Labels.versionless(other.manifest(), other.config()))
          .as(text(other.manifest()))
          .isEqualTo(Labels.versionless(manifest, one.config()));

      assertThat(other.labelled(labels("1"), TIME, blobs).descriptor()).isEqualTo(one.descriptor());
    }
  }

  private static String text(Manifest manifest) {
    return new String(manifest.toJson(), UTF_8);
  }

  private Descriptor of(String manifest) throws IOException {
    return blobs.put(MediaType.MANIFEST, manifest.getBytes(UTF_8));
  }

  private Manifest configured(String config) throws IOException {
    ImageConfig.parse(config.getBytes(UTF_8), "a configuration");
    Descriptor blob = blobs.put(MediaType.CONFIG, config.getBytes(UTF_8));
    return new Manifest(blob, one.manifest().layers(), one.manifest().annotations());
  }
}
