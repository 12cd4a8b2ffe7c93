package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An index without a valid signature is not processed at all, and one with a valid signature is
 * limited.
 */
class UnverifiedIndexTest {

  private static final ASigningKey ALPINE = ASigningKey.named("alpine.rsa.pub");
  private static final ASigningKey NAMESAKE = ASigningKey.named("alpine.rsa.pub");
  private static final ASigningKey STRANGER = ASigningKey.named("stranger.rsa.pub");
  private static final Duration SHORT = Duration.ofSeconds(20);

  @Test
  void readsNothingOfAnIndexThatNoTrustedKeySigned() {
    CountingStream endless = new CountingStream(signature(STRANGER, "text"));

    assertRefused(endless, "signed with stranger.rsa.pub, which is not trusted");
    assertThat(endless.read).isLessThan(256 << 10);
  }

  @Test
  void readsNoEndlessSignatureSegment() {
    byte[] gzip =
        TarSegment.complete(List.of(file(".SIGN.RSA.alpine.rsa.pub", "x".repeat(8 << 20))));

    assertRefused(new ByteArrayInputStream(gzip), "more than");
  }

  @Test
  void readsNoMoreThanAnIndexMayHave() {
    assertRefused(
        new CountingStream(signature(ALPINE, "text")), "longer than the allowed 16777216 bytes");
  }

  @Test
  void parsesNothingThatATrustedKeyDidNotSign() {
    byte[] malformed = segment("no index at all\r\r");
    byte[] whole =
        TarSegment.concat(TarSegment.signatures(List.of(NAMESAKE), malformed), malformed);

    assertRefused(
        new ByteArrayInputStream(whole),
        "the signature by alpine.rsa.pub does not match the content");
  }

  @Test
  void inflatesNoBombThatATrustedKeyDidNotSign() {
    byte[] bomb = segment("\n".repeat(60 << 20));
    byte[] whole = TarSegment.concat(TarSegment.signatures(List.of(NAMESAKE), bomb), bomb);

    assertRefused(new ByteArrayInputStream(whole), "longer than the allowed 25165824 bytes");
  }

  @Test
  void refusesManySignaturesByTrustedKeys() {
    byte[] content = segment("");
    List<ASigningKey> often = Collections.nCopies(9, ALPINE);
    byte[] whole = TarSegment.concat(TarSegment.signatures(often, content), content);

    assertRefused(
        new ByteArrayInputStream(whole), "9 signatures by trusted keys, but at most 8 are allowed");
  }

  @Test
  void refusesMorePackagesThanItCanHold() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 600_000; i++) {
      text.append(i % 2 == 0 ? "P:a\nV:1\nC:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" : "X:a\n\n");
    }

    assertRefused(signed(text.toString()), "more than 50000 packages");
  }

  @Test
  void refusesNewlinesWithoutEnd() {
    assertRefused(signed("\n".repeat(60 << 20)), "APKINDEX.tar.gz: ");
  }

  @Test
  void refusesMoreDependenciesThanItCanHold() {
    String record =
        "P:a\nV:1\nC:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nD:" + "a ".repeat(100_000) + "\n\n";

    assertRefused(signed(record.repeat(7)), "more than 300000 dependencies");
  }

  @Test
  void refusesALineWithoutEnd() {
    assertRefused(signed("T:" + "x".repeat(2 << 20)), "line 1 is longer than 1048576 bytes");
  }

  private static void assertRefused(InputStream in, String message) {
    assertTimeoutPreemptively(
        SHORT,
        () ->
            assertThatThrownBy(
                    () -> SignedIndex.read(in, "APKINDEX.tar.gz", ASigningKey.ring(ALPINE)))
                .isInstanceOf(VerificationException.class)
                .hasMessageStartingWith("APKINDEX.tar.gz: ")
                .hasMessageContaining(message));
  }

  private static InputStream signed(String text) {
    byte[] content = segment(text);
    return new ByteArrayInputStream(
        TarSegment.concat(TarSegment.signatures(List.of(ALPINE), content), content));
  }

  private static byte[] segment(String text) {
    return TarSegment.complete(List.of(file("APKINDEX", text)));
  }

  private static byte[] signature(ASigningKey key, String text) {
    return TarSegment.signatures(List.of(key), text.getBytes(StandardCharsets.UTF_8));
  }

  private static TarSegment.Content file(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new TarSegment.Content(
        new TarEntry.File(name, Attributes.of(0644), bytes.length), bytes);
  }

  /** A stream with a valid start and endless further bytes. */
  private static final class CountingStream extends InputStream {

    private final InputStream head;
    private long read;

    CountingStream(byte[] head) {
      this.head = new ByteArrayInputStream(head);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int count = head.read(bytes, start, length);
      if (count < 0) {
        Arrays.fill(bytes, start, start + length, (byte) 'x');
        count = length;
      }
      read += count;
      return count;
    }
  }
}
