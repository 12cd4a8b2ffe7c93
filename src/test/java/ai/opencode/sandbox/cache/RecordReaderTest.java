package ai.opencode.sandbox.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields of records: each is read as it was written, and no other bytes are. */
class RecordReaderTest {

  private static final Digest DIGEST = Digest.sha256("digest");

  @Test
  void readsEachFieldAsItWasWritten() throws IOException {
    RecordWriter out = new RecordWriter();
    out.text("täxt \ufffd").bytes(new byte[] {1, -1}).number(Long.MIN_VALUE).number(7).number(-3);
    out.flag(true).flag(false).digest(DIGEST);
    out.texts(List.of("a", "")).texts(Map.of("k", "v")).text("");
    RecordReader in = new RecordReader(out.toBytes());

    assertThat(in.text()).isEqualTo("täxt \ufffd");
    assertThat(in.bytes()).containsExactly(1, -1);
    assertThat(in.number()).isEqualTo(Long.MIN_VALUE);
    assertThat(in.size()).isEqualTo(7);
    assertThat(in.smallNumber()).isEqualTo(-3);
    assertThat(in.flag()).isTrue();
    assertThat(in.flag()).isFalse();
    assertThat(in.digest()).isEqualTo(DIGEST);
    assertThat(in.texts()).containsExactly("a", "");
    assertThat(in.textsByName()).isEqualTo(Map.of("k", "v"));
    assertThat(in.isAtEnd()).isFalse();
    assertThat(in.text()).isEmpty();
    assertThat(in.isAtEnd()).isTrue();
  }

  @Test
  void aSizeIsNotNegative() throws IOException {
    assertThat(written(new RecordWriter().number(0)).size()).isZero();
    refuses("a size of -1", () -> written(new RecordWriter().number(-1)).size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 31, -(1L << 31) - 1, 1L << 40})
  void aSmallNumberIsAnInt(long number) {
    refuses(
        "a number of " + number, () -> written(new RecordWriter().number(number)).smallNumber());
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 1})
  void everyIntIsASmallNumber(int number) throws IOException {
    assertThat(written(new RecordWriter().number(number)).smallNumber()).isEqualTo(number);
  }

  @Test
  void aFlagIsZeroOrOne() {
    refuses("a flag of 2", () -> new RecordReader(new byte[] {2}).flag());
    refuses("a flag of -1", () -> new RecordReader(new byte[] {-1}).flag());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "c3", "41ed a080"})
  void aTextIsUtf8(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    refuses("not a text", () -> written(new RecordWriter().bytes(bytes)).text());
  }

  @Test
  void noFieldIsLongerThanTheRest() {
    refuses("length 8 exceeds the remaining 7", () -> new RecordReader(new byte[7]).number());
    refuses("length 1 exceeds the remaining 0", () -> new RecordReader(new byte[0]).flag());
    refuses("length 32 exceeds the remaining 31", () -> new RecordReader(new byte[31]).digest());
    refuses("length 4 exceeds the remaining 3", () -> new RecordReader(new byte[3]).bytes());
    refuses("length 5 exceeds the remaining 4", () -> counted(5, 4).bytes());
    refuses("length -1 exceeds the remaining 4", () -> counted(-1, 4).bytes());
    refuses("length 5 exceeds the remaining 4", () -> counted(5, 4).texts());
    refuses("length 5 exceeds the remaining 4", () -> counted(5, 4).textsByName());
  }

  @Test
  void aFieldMayBeAsLongAsTheRest() throws IOException {
    assertThat(counted(4, 4).bytes()).hasSize(4);
  }

  @Test
  void aRecordThatIsTooLargeIsNotKept(@TempDir Path folder) throws IOException {
    Cache cache = new Cache(folder);
    Records.Codec<byte[]> codec =
        new Records.Codec<>() {
          @Override
          public void write(byte[] value, RecordWriter out) {
            out.bytes(value);
          }

          @Override
          public byte[] read(RecordReader in) throws IOException {
            return in.bytes();
          }
        };
    new Records<>(cache, "kind", 1, codec).keep(DIGEST, new byte[Records.MAX_BYTES]);

    assertThat(folder.resolve("kind")).doesNotExist();
  }

  private static RecordReader written(RecordWriter out) {
    return new RecordReader(out.toBytes());
  }

  /** Returns a field that announces a length, before some bytes. */
  private static RecordReader counted(int length, int bytes) {
    return new RecordReader(ByteBuffer.allocate(4 + bytes).putInt(length).array());
  }

  private static void refuses(String message, ThrowingCallable reading) {
    assertThatThrownBy(reading).isInstanceOf(IOException.class).hasMessageStartingWith(message);
  }
}
