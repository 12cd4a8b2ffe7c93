package ai.opencode.sandbox.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaseLayerTest {

  @TempDir private Path directory;
  private BlobStore blobs;

  @BeforeEach
  void makeStore() {
    blobs = new BlobStore(directory);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 512, 10_240, 1_000_000})
  void readsALayerThatUnpacksToItsDigest(int padding) throws IOException {
    byte[] archive = archive("etc/motd", padding);

    Root root = scan(archive, Digest.sha256(archive));

    assertThat(root.get("etc/motd")).isNotNull();
  }

  /** An engine that has the named layer already would run other files than were looked at. */
  @Test
  void refusesALayerThatUnpacksToAnotherDigest() throws IOException {
    byte[] archive = archive("etc/motd", 512);
    byte[] other = archive("etc/issue", 512);

    assertThatThrownBy(() -> scan(archive, Digest.sha256(other)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("unpacks to " + Digest.sha256(archive))
        .hasMessageContaining("its configuration says " + Digest.sha256(other));
  }

  @Test
  void refusesDataThatTheDigestDoesNotCount() throws IOException {
    byte[] archive = archive("etc/motd", 0);
    byte[] longer = archive("etc/motd", 512);

    assertThatThrownBy(() -> scan(longer, Digest.sha256(archive)))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void refusesAnArchiveThatGoesOnAfterItsEnd() throws IOException {
    byte[] archive = archive("etc/motd", 2 << 20);

    assertThatThrownBy(() -> scan(archive, Digest.sha256(archive)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("bytes of padding after its end");
  }

  @Test
  void refusesAConfigurationWithMoreOrFewerLayers() throws IOException {
    Descriptor layer = gzip(archive("etc/motd", 0));
    ImageConfig one =
        ImageConfig.scratch(Platform.LINUX_AMD64).withLayer(layer.digest(), "made", "");

    for (List<Descriptor> layers : List.of(List.<Descriptor>of(), List.of(layer, layer))) {
      assertThatThrownBy(() -> BaseLayer.of(layers, one))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining(layers.size() + " layers, but its configuration names 1");
    }
    assertThat(BaseLayer.of(List.of(layer), one))
        .containsExactly(new BaseLayer(layer, layer.digest()));
  }

  private Root scan(byte[] archive, Digest diffId) throws IOException {
    return BaseLayerScan.of(List.of(new BaseLayer(gzip(archive), diffId)), blobs);
  }

  private Descriptor gzip(byte[] archive) throws IOException {
    ByteArrayOutputStream layer = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(layer)) {
      gzip.write(archive);
    }
    return blobs.put(MediaType.LAYER_GZIP, layer.toByteArray());
  }

  private static byte[] archive(String path, int padding) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    tar.write(new TarEntry.Directory("etc", Attributes.of(0755)));
    tar.write(new TarEntry.File(path, Attributes.of(0644), 1), new byte[1]);
    tar.finish();
    archive.write(new byte[padding]);
    return archive.toByteArray();
  }
}
