package ai.opencode.sandbox.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.fetch.AFetchedPackage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contents of a package's files that a build reads. */
class PackageContentsTest {

  private static final AnApk TOOL =
      AnApk.named("tool")
          .withFile("bin/tool", 0755, "tool")
          .withFile("etc/passwd", 0644, "root:x:0:0:::\n")
          .withFile("usr/last", 0644, "last");

  @TempDir private Path folder;
  private BlobStore blobs;

  @BeforeEach
  void makeStore() {
    blobs = new Cache(folder.resolve("cache")).blobs();
  }

  @Test
  void areThoseOfFewFiles() throws IOException {
    blobs.put(MediaType.LAYER_GZIP, TOOL.data());

    assertThat(PackageContents.of(AFetchedPackage.of(TOOL), blobs))
        .containsOnlyKeys("etc/passwd")
        .hasEntrySatisfying(
            "etc/passwd", text -> assertThat(text).isEqualTo("root:x:0:0:::\n".getBytes(UTF_8)));
  }

  @Test
  void needNoDataIfThereAreNone() throws IOException {
    AnApk other = AnApk.named("other").withFile("bin/other", 0755, "other");

    assertThat(PackageContents.of(AFetchedPackage.of(other), blobs)).isEmpty();
  }

  @Test
  void areNotReadFromCorruptDataThoughTheFilesAreRight() throws IOException {
    blobs.put(MediaType.LAYER_GZIP, TOOL.data());
    byte[] corrupt = TOOL.data();
    corrupt[corrupt.length - 1] ^= 1;
    Files.write(blobs.path(Digest.sha256(TOOL.data())), corrupt);

    assertThatThrownBy(() -> PackageContents.of(AFetchedPackage.of(TOOL), blobs))
        .isInstanceOf(DamagedFileException.class);
  }
}
