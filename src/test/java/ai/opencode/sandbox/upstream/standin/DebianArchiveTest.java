package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class DebianArchiveTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"data.tar", "data.tar.gz", "data.tar.xz"})
  void opensEachCompression(String member) throws IOException {
    Path deb = deb(member, compressed(member));

    try (TarReader tar = DebianArchive.data(deb)) {
      TarEntry entry = tar.next();
      assertThat(entry).isNotNull().extracting(TarEntry::path).isEqualTo("usr/bin/tool");
      assertThat(tar.content()).hasContent("#!/bin/sh\n");
      assertThat(tar.next()).isNull();
    }
  }

  @Test
  void refusesOtherCompressionsByName() throws IOException {
    Path deb = deb("data.tar.lzma", new byte[10]);

    assertThatThrownBy(() -> DebianArchive.data(deb))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("tool.deb")
        .hasMessageContaining("data.tar.lzma");
  }

  @Test
  void refusesArchivesWithoutFiles() throws IOException {
    Path deb = deb("control.tar", new byte[10]);

    assertThatThrownBy(() -> DebianArchive.data(deb)).isInstanceOf(VerificationException.class);
  }

  @Test
  void endsWithAnErrorWhereTheFileDoes() throws IOException {
    Path deb = deb("data.tar.xz", compressed("data.tar.xz"));
    byte[] bytes = Files.readAllBytes(deb);
    Files.write(deb, Arrays.copyOf(bytes, bytes.length - 60));

    assertThatThrownBy(
            () -> {
              try (TarReader tar = DebianArchive.data(deb)) {
                while (tar.next() != null) {
                  tar.content().transferTo(OutputStream.nullOutputStream());
                }
              }
            })
        .isInstanceOfAny(IOException.class, VerificationException.class);
  }

  private Path deb(String member, byte[] content) throws IOException {
    Path deb = folder.resolve("tool.deb");
    try (ArArchiveOutputStream ar = new ArArchiveOutputStream(Files.newOutputStream(deb))) {
      put(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
      put(ar, member, content);
    }
    return deb;
  }

  private static void put(ArArchiveOutputStream ar, String name, byte[] content)
      throws IOException {
    ar.putArchiveEntry(new ArArchiveEntry(name, content.length));
    ar.write(content);
    ar.closeArchiveEntry();
  }

  private static byte[] compressed(String member) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressor(member, bytes)) {
      byte[] script = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
      TarWriter tar = new TarWriter(out);
      tar.write(new TarEntry.File("usr/bin/tool", Attributes.of(0755), script.length), script);
      tar.finish();
      tar.close();
    }
    return bytes.toByteArray();
  }

  private static OutputStream compressor(String member, OutputStream out) throws IOException {
    return switch (member) {
      case "data.tar.gz" -> Gzip.single(out);
      case "data.tar.xz" -> new XZOutputStream(out, new LZMA2Options());
      default -> out;
    };
  }
}
