package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.MediaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The view of layers that other tests rely on, which must be that of an engine. */
class BuiltRootTest {

  private BlobStore blobs;

  @BeforeEach
  void makeAStore(@TempDir Path directory) {
    blobs = new BlobStore(directory);
  }

  @Test
  void aWhiteoutHidesAFileOrAWholeDirectory() throws IOException {
    BuiltRoot root = root(layer("a/one", "a/b/two", "ab/three"), layer(".wh.a"));

    assertThat(root.has("a/one")).isFalse();
    assertThat(root.has("a/b/two")).isFalse();
    assertThat(root.has("ab/three")).isTrue();
    assertThat(root.has(".wh.a")).isFalse();
  }

  @Test
  void aLayerHidesNoPathOfItsOwn() throws IOException {
    BuiltRoot root = root(layer("a/one", "a/two"), layer("a/two", "a/.wh..wh..opq", "a/.wh.two"));

    assertThat(root.has("a/one")).isFalse();
    assertThat(root.has("a/two")).isTrue();
    assertThat(root.timesWritten("a/two")).isEqualTo(2);
  }

  private BuiltRoot root(Descriptor... layers) throws IOException {
    return BuiltRoot.of(List.of(layers), blobs);
  }

  private Descriptor layer(String... paths) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(bytes);
        TarWriter tar = new TarWriter(gzip)) {
      for (String path : paths) {
        tar.write(new TarEntry.File(path, Attributes.of(0644), 0), new byte[0]);
      }
      tar.finish();
    }
    return blobs.put(MediaType.LAYER_GZIP, bytes.toByteArray());
  }
}
