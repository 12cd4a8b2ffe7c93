package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data segment in the cache, which may have been changed since the package was verified. */
class DataSegmentTest {

  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  private FetchedPackage apk;
  private BlobStore blobs;

  @BeforeEach
  void thePackageIsVerified() throws IOException {
    apk = AFetchedPackage.of(tool("content"));
    blobs = new BlobStore(directory);
    put(tool("content"));
  }

  @Test
  void hasTheVerifiedEntriesAndContents() throws IOException {
    List<String> paths = new ArrayList<>();
    try (DataSegment data = DataSegment.open(apk, blobs)) {
      for (ListedEntry each = data.next(); each != null; each = data.next()) {
        paths.add(each.path());
        if (each.path().equals("usr/bin/tool")) {
          assertThat(data.content().readAllBytes()).asString().isEqualTo("content");
        }
      }
      data.requireVerified();
    }
    assertThat(paths).endsWith("usr/bin/tool", "usr/bin/alias");
  }

  @Test
  void refusesAnotherContentOfTheSameSizeBeforeItsEnd() throws IOException {
    put(tool("CONTENT"));

    try (DataSegment data = DataSegment.open(apk, blobs)) {
      moveTo("usr/bin/tool", data);

      assertThatThrownBy(() -> data.content().readAllBytes())
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("it changed after it was verified");
    }
  }

  @Test
  void refusesAnotherContentOfAFileThatIsNotRead() throws IOException {
    put(tool("CONTENT"));

    try (DataSegment data = DataSegment.open(apk, blobs)) {
      moveTo("usr/bin/alias", data);

      assertThatThrownBy(data::requireVerified).isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void refusesAnEntryWithOtherAttributes() throws IOException {
    put(
        AnApk.named("tool")
            .withEntry(new TarEntry.File("usr/bin/tool", Attributes.of(04755), 7), CONTENT)
            .withLink("usr/bin/alias", "tool"));

    try (DataSegment data = DataSegment.open(apk, blobs)) {
      assertThatThrownBy(() -> moveTo("usr/bin/tool", data))
          .isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void refusesAnotherEntryThanTheGivenOne() throws IOException {
    try (DataSegment data = DataSegment.open(apk, blobs)) {
      data.require(apk.entries().get(0));
      ListedEntry last = apk.entries().get(apk.entries().size() - 1);

      assertThatThrownBy(() -> data.require(last))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("it changed after it was verified");
    }
  }

  @Test
  void refusesAnEntryTooMany() throws IOException {
    put(tool("content").withLink("usr/bin/other", "tool"));

    try (DataSegment data = DataSegment.open(apk, blobs)) {
      moveTo("usr/bin/alias", data);

      assertThatThrownBy(data::requireVerified).isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void refusesAMissingEntry() throws IOException {
    put(
        AnApk.named("tool")
            .withEntry(new TarEntry.File("usr/bin/tool", Attributes.of(0755), 7), CONTENT));

    try (DataSegment data = DataSegment.open(apk, blobs)) {
      assertThatThrownBy(() -> moveTo("usr/bin/alias", data))
          .isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void refusesAnEmptyFile() throws IOException {
    Files.write(blobs.path(apk.data().digest()), new byte[0]);

    try (DataSegment data = DataSegment.open(apk, blobs)) {
      assertThatThrownBy(data::next).isInstanceOf(VerificationException.class);
    }
  }

  private static void moveTo(String path, DataSegment data) throws IOException {
    ListedEntry entry = data.next();
    while (entry != null && !entry.path().equals(path)) {
      entry = data.next();
    }
    assertThat(entry).isNotNull();
  }

  private static AnApk tool(String content) {
    return AnApk.named("tool")
        .withEntry(
            new TarEntry.File("usr/bin/tool", Attributes.of(0755), 7),
            content.getBytes(StandardCharsets.UTF_8))
        .withLink("usr/bin/alias", "tool");
  }

  /** Puts a package's data where that of the verified one is expected. */
  private void put(AnApk other) throws IOException {
    Path blob = blobs.path(apk.data().digest());
    Files.createDirectories(blob.getParent());
    Files.write(blob, other.data());
  }
}
