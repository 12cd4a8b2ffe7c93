package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The result and the records of an image, and their place in a lock. */
class LockedResultTest {

  private static final Digest IMAGE = Digest.sha256("image");
  private static final Digest RECORDS = Digest.sha256("records");
  private static final Digest OTHER = Digest.sha256("other");
  private static final LockedImage ENTRY = ALock.image(AnApk.named("tool"));

  @Test
  void isNamedByAnEntryWithBothDigests() {
    LockedResult result = new LockedResult(IMAGE, RECORDS);

    assertThat(result.isNamedBy(ENTRY.withResult(IMAGE, RECORDS))).isTrue();
    assertThat(result.isNamedBy(ENTRY.withResult(OTHER, RECORDS))).isFalse();
    assertThat(result.isNamedBy(ENTRY.withResult(IMAGE, OTHER))).isFalse();
    assertThat(result.isNamedBy(ENTRY.withResult(IMAGE))).isFalse();
    assertThat(result.isNamedBy(ENTRY.withResult(null, RECORDS))).isFalse();
    assertThat(result.isNamedBy(null)).isFalse();
  }

  @Test
  void aLockIsReadWithRecordsAndWithout() throws IOException {
    LockFile with = lock(ENTRY.withResult(IMAGE, RECORDS));
    LockFile without = lock(ENTRY.withResult(IMAGE));

    assertThat(parse(with.toText())).isEqualTo(with);
    assertThat(parse(without.toText())).isEqualTo(without);
    assertThat(with.toText()).contains("\"records\" : \"" + RECORDS + "\"");
    assertThat(without.toText()).doesNotContain("records");
  }

  @Test
  void anotherResultHasNoKnownRecords() {
    LockedImage entry = ENTRY.withResult(IMAGE, RECORDS);

    assertThat(entry.withResult(OTHER).records()).isNull();
    assertThat(entry.withResult(OTHER).result()).isEqualTo(OTHER);
    assertThat(
            lock(entry)
                .withoutResults(UpstreamKind.MIRROR)
                .find("small", Platform.LINUX_AMD64)
                .orElseThrow()
                .records())
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"sha256:0\"", "1", "null", "[]", "{}", "\"md5:00\""})
  void recordsAreADigest(String value) throws IOException {
    String text =
        lock(ENTRY.withResult(IMAGE, RECORDS)).toText().replace("\"" + RECORDS + "\"", value);

    assertThat(text).doesNotContain(RECORDS.toString());
    assertThatThrownBy(() -> parse(text)).isInstanceOf(LockException.class);
  }

  private static LockFile lock(LockedImage entry) {
    return ALock.of(UpstreamKind.MIRROR, "small", entry);
  }

  private static LockFile parse(String text) {
    return LockFile.parse(text.getBytes(StandardCharsets.UTF_8), "the lock");
  }
}
