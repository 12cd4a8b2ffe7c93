package ai.opencode.sandbox.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TarRoundTripTest {

  private static final Attributes ODD =
      new Attributes(
          new Access(06755, 3_000_000, 12),
          "jürgen",
          "staff",
          1_700_000_000L,
          Map.of("SCHILY.xattr.user.a", "b=c"));

  private static final List<TarEntry> ENTRIES =
      List.of(
          new TarEntry.Directory("usr", Attributes.of(0755)),
          new TarEntry.Directory("tmp", Attributes.of(01777)),
          new TarEntry.File("usr/empty", ODD, 0),
          new TarEntry.File("usr/" + "long/".repeat(20) + "name-of-more-than-a-hundred", ODD, 0),
          new TarEntry.File("usr/" + "x".repeat(200), Attributes.of(0644), 0),
          new TarEntry.SymbolicLink("usr/link", Attributes.of(0777), "../" + "y".repeat(150)),
          new TarEntry.HardLink("usr/hard", ODD, "usr/empty"),
          new TarEntry.Device("dev/null", Attributes.of(0666), false, 1, 3),
          new TarEntry.Fifo("run/pipe", Attributes.of(0600)));

  @Test
  void keepsEveryKindOfEntryWithAllItsMetadata() throws IOException {
    assertThat(read(write(ENTRIES), TarLimits.alpinePackage())).isEqualTo(ENTRIES);
  }

  @Test
  void keepsContentAndItsPadding() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter writer = new TarWriter(out);
    byte[] content = "x".repeat(1000).getBytes(StandardCharsets.UTF_8);
    writer.write(new TarEntry.File("a", Attributes.of(0644), 1000), content);
    writer.write(
        new TarEntry.File("b", Attributes.of(0644), 1000), new ByteArrayInputStream(content));
    writer.finish();
    assertThat(out.size()).isEqualTo(2 * (512 + 1024) + 1024);
    TarReader reader = reader(out.toByteArray(), TarLimits.alpinePackage());
    assertThat(reader.next()).isNotNull();
    assertThat(reader.next()).isNotNull();
    assertThat(reader.content().readAllBytes()).isEqualTo(content);
    assertThat(reader.next()).isNull();
    assertThat(reader.sawEndOfArchive()).isTrue();
  }

  @Test
  void isReadTheSameByCommonsCompress() throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new ByteArrayInputStream(write(ENTRIES)))) {
      for (TarEntry entry : ENTRIES) {
        var theirs = tar.getNextEntry();
        String name = theirs.getName();
        assertThat(name.endsWith("/") ? name.substring(0, name.length() - 1) : name)
            .isEqualTo(entry.path());
        assertThat(theirs.getMode() & 07777).isEqualTo(entry.attributes().mode());
        assertThat(theirs.getLongUserId()).isEqualTo(entry.attributes().uid());
        assertThat(theirs.getUserName()).isEqualTo(entry.attributes().userName());
      }
      assertThat(tar.getNextEntry()).isNull();
    }
  }

  @Test
  void acceptsAnArchiveWithoutEndBlocksAsApkControlSegmentsAre() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new TarWriter(out).write(new TarEntry.File(".PKGINFO", Attributes.of(0644), 0));
    assertThat(read(out.toByteArray(), TarLimits.alpinePackage())).hasSize(1);
  }

  @Test
  void refusesNamesThatLeaveTheRoot() {
    for (String name : List.of("../a", "/a", "a/../b", "a//b", "./a", "a/.", "a\nb")) {
      assertRefused(List.of(new TarEntry.File(name, Attributes.of(0644), 0)));
      assertRefused(List.of(new TarEntry.HardLink("link", Attributes.of(0644), name)));
    }
  }

  @Test
  void stripsDotSlashOnlyWhereOtherToolsWroteTheArchive() throws IOException {
    byte[] tar =
        write(
            List.of(
                new TarEntry.Directory(".", Attributes.of(0755)),
                new TarEntry.File("./usr/a", Attributes.of(0644), 0)));
    assertThat(read(tar, TarLimits.foreignArchive()))
        .extracting(TarEntry::path)
        .containsExactly("", "usr/a");
  }

  @Test
  void refusesContentBeyondItsLimitBeforeReadingIt() {
    byte[] tar = new byte[512];
    assertThatThrownBy(
            () -> {
              ByteArrayOutputStream out = new ByteArrayOutputStream();
              new TarWriter(out).write(new TarEntry.File("a", Attributes.of(0644), 0), tar);
            })
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                read(
                    headerOf(new TarEntry.File("huge", Attributes.of(0644), 5L << 30)),
                    TarLimits.alpinePackage()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("bytes of content")
        .hasMessageContaining("header at byte 0");
  }

  @Test
  void neverFailsOtherwiseThanByVerificationOnDamagedArchives() throws IOException {
    byte[] tar = write(ENTRIES);
    Random random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = tar.clone();
      for (int flips = 0; flips < 1 + i % 4; flips++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        read(damaged, TarLimits.alpinePackage());
      } catch (VerificationException expected) {
        assertThat(expected).hasMessageContaining("test.tar").hasMessageContaining("byte");
      }
    }
  }

  private static void assertRefused(List<TarEntry> entries) {
    assertThatThrownBy(() -> read(write(entries), TarLimits.alpinePackage()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("header at byte");
  }

  private static byte[] headerOf(TarEntry.File file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new TarWriter(out).write(file, new ByteArrayInputStream(new byte[0]));
    } catch (IOException endedEarly) {
      assertThat(endedEarly).hasMessageContaining("too early");
    }
    return out.toByteArray();
  }

  private static byte[] write(List<TarEntry> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter writer = new TarWriter(out);
    for (TarEntry entry : entries) {
      writer.write(entry);
    }
    writer.finish();
    return out.toByteArray();
  }

  private static TarReader reader(byte[] tar, TarLimits limits) {
    return new TarReader(new ByteArrayInputStream(tar), "test.tar", limits);
  }

  private static List<TarEntry> read(byte[] tar, TarLimits limits) throws IOException {
    List<TarEntry> entries = new ArrayList<>();
    TarReader reader = reader(tar, limits);
    for (@Nullable TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      entries.add(entry);
    }
    return entries;
  }
}
