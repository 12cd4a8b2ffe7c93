package ai.opencode.sandbox.archive;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.VerificationException;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Archives of arbitrary bytes are refused as malformed, or read as other tools read them. */
class ArchivesFuzzTest {

  private static final int MOST = 1 << 20;

  @FuzzTest(maxDuration = "2m")
  void gzipMembersAreRefusedOrReadToTheLastByte(byte[] file) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    ByteArrayOutputStream inflated = new ByteArrayOutputStream();
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(file), "file.gz")) {
      for (InputStream member = members.next(compressed);
          member != null;
          member = members.next(compressed)) {
        inflated.write(member.readNBytes(MOST - inflated.size()));
        if (inflated.size() >= MOST) {
          return;
        }
        assertThat(members.offset()).isLessThanOrEqualTo(file.length);
      }
    } catch (VerificationException e) {
      assertThat(e).hasMessageContaining("file.gz");
      return;
    }
    assertThat(compressed.toByteArray()).isEqualTo(file);
    if (file.length > 0) {
      try (InputStream joined = new GZIPInputStream(new ByteArrayInputStream(file))) {
        assertThat(inflated.toByteArray()).isEqualTo(joined.readAllBytes());
      }
    }
  }

  @FuzzTest(maxDuration = "2m")
  void tarIsRefusedOrSaysTheSameWhenWrittenAgain(byte[] file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<TarEntry> entries;
    try (TarWriter writer = new TarWriter(out)) {
      entries = copy(file, writer);
      writer.finish();
    } catch (VerificationException e) {
      assertThat(e).hasMessageContaining("file.tar");
      return;
    }
    for (TarEntry entry : entries) {
      assertThat(entry.path()).doesNotStartWith("/").doesNotContain("\n", "\u001b", "\0");
      assertThat(List.of(entry.path().split("/", -1))).doesNotContain("..");
    }
    assertThat(copy(out.toByteArray(), new TarWriter(OutputStream.nullOutputStream())))
        .isEqualTo(entries);
  }

  private static List<TarEntry> copy(byte[] file, TarWriter writer) throws IOException {
    List<TarEntry> entries = new ArrayList<>();
    try (TarReader reader =
        new TarReader(new ByteArrayInputStream(file), "file.tar", TarLimits.alpinePackage())) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        entries.add(entry);
        if (entry instanceof TarEntry.File content) {
          writer.write(content, reader.content());
        } else {
          writer.write(entry);
        }
      }
    }
    return entries;
  }
}
