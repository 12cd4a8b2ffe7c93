package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tarballs written by the tars of Linux and macOS are accepted. */
class AcceptsHonestTarballsTest {

  private static final String LONG = "n".repeat(120) + ".js";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"v7", "ustar", "oldgnu", "gnu", "posix"})
  void ofGnu(String format) throws Exception {
    Path lib = Files.createDirectories(folder.resolve("package/lib"));
    Files.writeString(folder.resolve("package/package.json"), "{}");
    Files.writeString(lib.resolve("a.js"), "a");
    boolean longNames = format.endsWith("gnu") || format.equals("posix");
    if (longNames) {
      Files.writeString(lib.resolve(LONG), "long");
    }
    Path tgz = folder.resolve("package.tgz");
    Process tar;
    try {
      tar =
          new ProcessBuilder(
                  "tar",
                  "--format=" + format,
                  "-C",
                  folder.toString(),
                  "-czf",
                  tgz.toString(),
                  "package")
              .inheritIO()
              .start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: no tar");
      return;
    }
    assertThat(tar.waitFor()).isZero();
    Map<String, String> files = read(Files.readAllBytes(tgz));
    assertThat(files).containsEntry("package.json", "{}").containsEntry("lib/a.js", "a");
    if (longNames) {
      assertThat(files).containsEntry("lib/" + LONG, "long");
    }
  }

  @Test
  void ofMacOs() throws IOException {
    Attributes attributes =
        Attributes.of(0644)
            .withPax(
                Map.of(
                    "mtime", "1700000000.123456789",
                    "atime", "1700000001.5",
                    "ctime", "1700000002",
                    "LIBARCHIVE.creationtime", "1700000000.1",
                    "SCHILY.dev", "16777232",
                    "SCHILY.ino", "8675309",
                    "SCHILY.nlink", "1",
                    "SCHILY.fflags", "hidden",
                    "LIBARCHIVE.xattr.com.apple.provenance", "AQIAvw",
                    "SCHILY.xattr.com.apple.provenance", "\1\2\0\u00bf"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(bytes);
        TarWriter tar = new TarWriter(gzip)) {
      byte[] resource = "\0\5\26\7".getBytes(StandardCharsets.ISO_8859_1);
      tar.write(new TarEntry.File("package/._a.js", attributes, resource.length), resource);
      tar.write(new TarEntry.File("package/a.js", attributes, 1), new byte[] {'a'});
      tar.finish();
    }
    assertThat(read(bytes.toByteArray())).containsEntry("a.js", "a").containsKey("._a.js");
  }

  private static Map<String, String> read(byte[] tgz) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (NpmTarball tarball = new NpmTarball(new ByteArrayInputStream(tgz), "test.tgz", Set.of())) {
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        if (entry instanceof TarEntry.File) {
          files.put(
              entry.path(),
              new String(tarball.content().readAllBytes(), StandardCharsets.ISO_8859_1));
        }
      }
    }
    return files;
  }
}
