package ai.opencode.sandbox.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class GzipTest {

  @Test
  void thisMachinesZlibGivesTheBytesThatEveryOrdinaryZlibGives() {
    assertThat(Gzip.isReproducible()).isTrue();
  }

  @Test
  void membersHoldTheContentAndAreCutAtAFixedSize() throws IOException {
    byte[] content = content(5 * Gzip.MEMBER_BYTES / 2);
    byte[] zipped = members(content);
    assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes())
        .isEqualTo(content);
    GzipMembers members = new GzipMembers(new ByteArrayInputStream(zipped), "test.gz");
    for (int i = 0; i < 3; i++) {
      assertThat(read(members)).hasSizeLessThanOrEqualTo(Gzip.MEMBER_BYTES).isNotEmpty();
    }
    assertThat(members.next()).isNull();
  }

  @Test
  void bytesDoNotDependOnHowTheContentArrives() throws IOException {
    byte[] content = content(Gzip.MEMBER_BYTES + 12345);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.members(out)) {
      for (int at = 0; at < content.length; at += 777) {
        gzip.write(content, at, Math.min(777, content.length - at));
      }
    }
    assertThat(out.toByteArray()).isEqualTo(members(content));
  }

  /** Engines read a name of at most 511 bytes, and some of them refuse reserved flags. */
  @Test
  void refusesHeadersThatEnginesDoNotRead() throws IOException {
    assertThat(headed(8, "a".repeat(511) + "\0")).isEqualTo("x".getBytes(StandardCharsets.UTF_8));
    for (byte[] hostile : new byte[][] {gzip(8, "a".repeat(512) + "\0"), gzip(0x80, "")}) {
      assertThatThrownBy(
              () -> Gzip.inflating(new ByteArrayInputStream(hostile), "test").readAllBytes())
          .isInstanceOf(VerificationException.class);
    }
  }

  private static byte[] headed(int flags, String text) throws IOException {
    return Gzip.inflating(new ByteArrayInputStream(gzip(flags, text)), "test").readAllBytes();
  }

  private static byte[] gzip(int flags, String text) throws IOException {
    byte[] plain = single("x");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(plain, 0, 3);
    all.write(flags);
    all.write(plain, 4, 6);
    all.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    all.write(plain, 10, plain.length - 10);
    return all.toByteArray();
  }

  @Test
  void handsOutTheCompressedBytesOfEachMember() throws IOException {
    byte[] first = single("first");
    byte[] second = single("second");
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(first);
    both.write(second);
    GzipMembers members = new GzipMembers(new ByteArrayInputStream(both.toByteArray()), "test.gz");
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    InputStream member = members.next(seen);
    assertThat(member).isNotNull().hasContent("first");
    assertThat(seen.toByteArray()).isEqualTo(first);
    assertThat(members.offset()).isEqualTo(first.length);
    ByteArrayOutputStream seenSecond = new ByteArrayOutputStream();
    assertThat(members.next(seenSecond)).isNotNull();
    assertThat(members.next()).isNull();
    assertThat(seenSecond.toByteArray()).isEqualTo(second);
  }

  @Test
  void cutsARealPackageIntoItsThreeSegments() throws IOException {
    byte[] apk = Files.readAllBytes(SharedData.path("packages/alpine-baselayout-3.2.0-r23.apk"));
    GzipMembers members = new GzipMembers(new ByteArrayInputStream(apk), "baselayout.apk");
    int count = 0;
    while (members.next() != null) {
      count++;
    }
    assertThat(count).isEqualTo(3);
    assertThat(members.offset()).isEqualTo(apk.length);
  }

  @Test
  void refusesGarbageAfterAMember() throws IOException {
    byte[] zipped = Arrays.copyOf(single("content"), 60);
    GzipMembers members = new GzipMembers(new ByteArrayInputStream(zipped), "test.gz");
    members.next();
    assertThatThrownBy(members::next)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("test.gz: found something that is not a gzip member at byte");
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    byte[] zipped = single("some content that is long enough");
    for (int length = 1; length < zipped.length; length++) {
      byte[] cut = Arrays.copyOf(zipped, length);
      assertThatThrownBy(() -> drain(cut)).isInstanceOf(VerificationException.class);
    }
  }

  @Test
  void refusesDamageAnywhereBehindTheHeader() throws IOException {
    byte[] zipped = single("some content that is long enough to be damaged");
    for (int at = 10; at < zipped.length; at++) {
      byte[] damaged = zipped.clone();
      damaged[at] ^= 0x10;
      assertThatThrownBy(() -> drain(damaged)).isInstanceOf(VerificationException.class);
    }
  }

  private static void drain(byte[] zipped) throws IOException {
    try (InputStream in = Gzip.inflating(new ByteArrayInputStream(zipped), "test.gz")) {
      in.readAllBytes();
    }
  }

  private static byte[] read(GzipMembers members) throws IOException {
    InputStream member = members.next();
    return member == null ? new byte[0] : member.readAllBytes();
  }

  private static byte[] single(String content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(out)) {
      gzip.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private static byte[] members(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.members(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    Random random = new Random(7);
    for (int i = 0; i < length; i++) {
      content[i] = (byte) ('a' + random.nextInt(9));
    }
    return content;
  }
}
