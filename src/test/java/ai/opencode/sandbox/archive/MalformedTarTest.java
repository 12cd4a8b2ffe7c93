package ai.opencode.sandbox.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Archives that the reader refuses, made block by block, and their neighbours that it reads. */
class MalformedTarTest {

  private static final TarLimits OURS = TarLimits.alpinePackage();
  private static final TarLimits FOREIGN = TarLimits.foreignArchive();
  private static final byte[] END = new byte[1024];
  private static final byte[] FILE = entry('0', "file", "");
  private static final byte[] PAX = entry('x', "pax", records(Map.of("path", "long")));
  private static final byte[] COMMENT = entry('g', "pax", records(Map.of("comment", "a commit")));

  @Test
  void acceptsOneExtendedHeaderOfAKindForAnEntry() throws IOException {
    TarReader links =
        reader(FOREIGN, entry('L', "l", "a/name"), entry('K', "k", "a/target"), link());
    TarEntry.SymbolicLink link = (TarEntry.SymbolicLink) first(links);

    assertThat(link.path()).isEqualTo("a/name");
    assertThat(link.target()).isEqualTo("a/target");
    assertThat(first(reader(OURS, PAX, FILE)).path()).isEqualTo("long");
  }

  @Test
  void refusesTwoExtendedHeadersOfAKind() {
    assertRefused("two PAX headers", OURS, PAX, PAX, FILE, END);
    byte[] name = entry('L', "l", "a/name");
    assertRefused("a second name", FOREIGN, name, name, FILE, END);
    byte[] target = entry('K', "k", "a/target");
    assertRefused("a second name", FOREIGN, target, target, link(), END);
  }

  @Test
  void refusesAnExtendedHeaderWithoutItsEntry() {
    assertRefused("describes the next entry", OURS, FILE, PAX, END);
    assertRefused("describes the next entry", OURS, FILE, PAX);
    assertRefused("describes the next entry", FOREIGN, FILE, entry('L', "l", "a/name"), END);
    assertRefused("describes the next entry", FOREIGN, FILE, entry('K', "k", "a/target"), END);
  }

  @Test
  void acceptsAGlobalCommentInArchivesOfOtherToolsOnly() throws IOException {
    TarReader reader = reader(FOREIGN, COMMENT, FILE, END);
    assertThat(first(reader).path()).isEqualTo("file");
    assertThat(reader.sawGlobalHeader()).isTrue();

    TarReader without = reader(FOREIGN, FILE, END);
    assertThat(without.next()).isNotNull();
    assertThat(without.sawGlobalHeader()).isFalse();

    assertRefused("a global PAX header", OURS, COMMENT, FILE, END);
    assertRefused("a second global PAX header", FOREIGN, COMMENT, COMMENT, FILE, END);
    assertRefused("between an entry and its", FOREIGN, PAX, COMMENT, FILE, END);
    byte[] path = entry('g', "pax", records(Map.of("comment", "c", "path", "other")));
    assertRefused("sets path", FOREIGN, path, FILE, END);
  }

  @Test
  void countsEntriesAndContent() throws IOException {
    TarLimits limits = new TarLimits(2, 100, false);
    byte[] sixty = entry('0', "sixty", "x".repeat(60));
    byte[] forty = entry('0', "forty", "x".repeat(40));

    readAll(reader(limits, sixty, forty, END));

    assertRefused("more than 2 entries", limits, FILE, FILE, FILE, END);
    assertRefused("more than 100 bytes", limits, sixty, entry('0', "more", "x".repeat(41)), END);
  }

  @Test
  void refusesMoreExtendedHeadersThanContentNeeds() {
    byte[] header = entry('x', "pax", records(Map.of("SCHILY.xattr.user.a", "x".repeat(100_000))));
    byte[][] blocks = new byte[40][];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = i % 2 == 0 ? header : FILE;
    }
    assertRefused("more than 4 KiB for each entry", OURS, blocks);
    assertRefused(
        "an extended header of",
        OURS,
        entry('x', "pax", records(Map.of("SCHILY.xattr.user.a", "x".repeat(1 << 20)))),
        FILE,
        END);
  }

  @Test
  void refusesAnArchiveThatEndsTooSoon() throws IOException {
    assertRefused("ends inside a header", OURS, Arrays.copyOf(FILE, 511));
    byte[] ten = entry('0', "ten", "0123456789");
    assertRefused("ends inside an entry", OURS, Arrays.copyOf(ten, 512 + 511));
    assertRefused("ends inside an entry", OURS, Arrays.copyOf(ten, 512 + 9));
    assertRefused("ends inside an entry", OURS, Arrays.copyOf(PAX, 512 + 3));

    TarReader reader = reader(OURS, Arrays.copyOf(ten, 512 + 9));
    assertThat(reader.next()).isNotNull();
    assertThatThrownBy(() -> reader.content().readAllBytes())
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("ends inside an entry");
  }

  @Test
  void refusesAWrongChecksum() {
    byte[] other = FILE.clone();
    other[0]++;
    assertRefused("a wrong checksum", OURS, other, END);
  }

  @Test
  void readsOnlyZerosAfterTheEnd() throws IOException {
    assertThat(ended(FILE, END)).isTrue();
    assertThat(ended(FILE, END, new byte[9000])).isTrue();
    assertThat(ended(FILE, new byte[512])).isFalse();
    assertThat(ended(FILE, new byte[1000])).isFalse();
    assertThat(ended(FILE)).isFalse();

    assertRefused("data after the end", OURS, FILE, END, FILE);
    assertRefused("data after the end", OURS, FILE, new byte[512], FILE);
    assertRefused("bytes of padding after its end", OURS, FILE, END, new byte[2 << 20]);
  }

  private static boolean ended(byte[]... blocks) throws IOException {
    TarReader reader = reader(OURS, blocks);
    readAll(reader);
    return reader.sawEndOfArchive();
  }

  private static void assertRefused(String reason, TarLimits limits, byte[]... blocks) {
    assertThatThrownBy(() -> readAll(reader(limits, blocks)))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("a.tar: malformed tar archive, ")
        .hasMessageContaining(reason);
  }

  private static TarEntry first(TarReader reader) throws IOException {
    return Objects.requireNonNull(reader.next());
  }

  private static void readAll(TarReader reader) throws IOException {
    while (reader.next() != null) {
      assertThat(reader.offset()).isPositive();
    }
  }

  private static TarReader reader(TarLimits limits, byte[]... blocks) {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    for (byte[] each : blocks) {
      archive.writeBytes(each);
    }
    return new TarReader(new ByteArrayInputStream(archive.toByteArray()), "a.tar", limits);
  }

  private static String records(Map<String, String> records) {
    return new String(PaxRecords.format(records), UTF_8);
  }

  private static byte[] link() {
    return entry('2', "link", "");
  }

  /** Returns a header of the POSIX format with content and padding. */
  private static byte[] entry(char type, String name, String content) {
    byte[] bytes = new byte[512 + (content.length() + 511) / 512 * 512];
    put(bytes, 0, name);
    put(bytes, 100, "0000644");
    put(bytes, 108, "0000000");
    put(bytes, 116, "0000000");
    put(bytes, 124, "%011o".formatted(content.length()));
    put(bytes, 136, "00000000000");
    put(bytes, 148, "        ");
    put(bytes, 156, String.valueOf(type));
    put(bytes, 157, type == '2' ? "target" : "");
    put(bytes, 257, "ustar\00000");
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += bytes[i] & 0xff;
    }
    put(bytes, 148, "%06o\0 ".formatted(sum));
    put(bytes, 512, content);
    return bytes;
  }

  private static void put(byte[] bytes, int at, String text) {
    byte[] field = text.getBytes(ISO_8859_1);
    System.arraycopy(field, 0, bytes, at, field.length);
  }
}
