package ai.opencode.sandbox.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records in one document: equal ones make equal bytes, and other bytes are refused. */
class RecordListTest {

  private static final RecordKey A = new RecordKey("a", Digest.sha256("2"));
  private static final RecordKey B = new RecordKey("b", Digest.sha256("1"));
  private static final RecordKey C = new RecordKey("b", Digest.sha256("3"));

  @TempDir private Path folder;

  private static RecordList some() {
    return new RecordList(
        new TreeMap<>(Map.of(A, new byte[] {1, 2}, B, new byte[0], C, new byte[] {3})));
  }

  @Test
  void readsWhatItWrote() throws IOException {
    RecordList read = RecordList.parse(some().toBytes());

    assertThat(read.records().keySet()).containsExactlyInAnyOrder(A, B, C);
    assertThat(read.records().get(A)).containsExactly(1, 2);
    assertThat(read.records().get(B)).isEmpty();
    assertThat(read.toBytes()).isEqualTo(some().toBytes());
    assertThat(RecordList.parse(new RecordList(new TreeMap<>()).toBytes()).records()).isEmpty();
  }

  @Test
  void listsRecordsOfACacheInAnOrderOfTheirOwn() throws IOException {
    Cache cache = new Cache(folder);
    cache.keep(B, new byte[] {5});
    cache.keep(A, new byte[] {6});

    RecordList one = RecordList.of(List.of(A, B, C), cache);

    assertThat(one.records().keySet()).as("without the missing one").containsExactly(A, B);
    assertThat(one.toBytes()).isEqualTo(RecordList.of(List.of(B, C, A, A), cache).toBytes());
  }

  @Test
  void refusesEveryBeginningOfADocument() {
    byte[] whole = some().toBytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> RecordList.parse(part)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> RecordList.parse(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bytes follow");
  }

  @Test
  void aFlippedBitIsRefusedOrGivesOtherRecords() throws IOException {
    byte[] whole = some().toBytes();
    int refused = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] other = whole.clone();
      other[bit / 8] ^= (byte) (1 << (bit % 8));
      try {
        SortedMap<RecordKey, byte[]> read = RecordList.parse(other).records();
        assertThat(new RecordList(read).toBytes()).as("bit %d", bit).isNotEqualTo(whole);
      } catch (IOException | IllegalArgumentException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100).isLessThan(whole.length * 8 - 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/b", "../a", "A", "a1", "a.b", "/etc", "a\n", "ä"})
  void aKindIsNoPath(String kind) {
    assertThatThrownBy(() -> new RecordKey(kind, Digest.sha256("")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aKindHasAtMost32Characters() {
    assertThat(new RecordKey("a".repeat(32), Digest.sha256("")).kind()).hasSize(32);
    assertThatThrownBy(() -> new RecordKey("a".repeat(33), Digest.sha256("")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
