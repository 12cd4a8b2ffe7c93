package ai.opencode.sandbox.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checksums of files in layers that engines take, compressed or not. */
class SignedFilesTest {

  @TempDir private Path work;

  @Test
  void areTheSameWhetherALayerIsCompressedOrNot() throws IOException {
    byte[] plain = archive();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(compressed)) {
      gzip.write(plain);
    }
    for (byte[] bytes : List.of(plain, compressed.toByteArray())) {
      Layer layer = new Layer(1, null, null, "", () -> new ByteArrayInputStream(bytes));
      ImageRoot root = ImageRoot.read(List.of(layer), work, (id, where, message) -> {});
      RootEntry wanted = root.at("etc/one").orElseThrow();

      assertThat(SignedFiles.checksums(layer, List.of(wanted)))
          .containsOnlyKeys("etc/one")
          .containsEntry(
              "etc/one", Checksum.from(Checksum.newSha1().digest("1".getBytes(UTF_8))).hex());
    }
  }

  private static byte[] archive() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(out);
    tar.write(new TarEntry.Directory("etc", Attributes.of(0755)));
    tar.write(new TarEntry.File("etc/one", Attributes.of(0644), 1), "1".getBytes(UTF_8));
    tar.write(new TarEntry.File("etc/two", Attributes.of(0644), 1), "2".getBytes(UTF_8));
    tar.finish();
    return out.toByteArray();
  }
}
