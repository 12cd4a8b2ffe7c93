package ai.opencode.sandbox.cache;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of the cache: kept values are found again, and any other content counts as absent. */
class RecordsTest {

  private static final Digest KEY = Recipe.of("test", 1).digest();
  private static final Digest ZERO = new Digest("0".repeat(64));
  private static final Sample SAMPLE =
      new Sample("täxt\n", "bytes", -7, true, ZERO, List.of("a", "", "b"), Map.of("k", "v"));

  @TempDir private Path directory;

  private Cache cache;

  private record Sample(
      String text,
      String bytes,
      long number,
      boolean flag,
      Digest digest,
      List<String> list,
      Map<String, String> map) {}

  private static final Records.Codec<Sample> CODEC =
      new Records.Codec<>() {
        @Override
        public void write(Sample value, RecordWriter out) {
          out.text(value.text()).bytes(value.bytes().getBytes(StandardCharsets.UTF_8));
          out.number(value.number()).flag(value.flag());
          out.digest(value.digest()).texts(value.list()).texts(value.map());
        }

        @Override
        public Sample read(RecordReader in) throws IOException {
          return new Sample(
              in.text(),
              new String(in.bytes(), StandardCharsets.UTF_8),
              in.number(),
              in.flag(),
              in.digest(),
              in.texts(),
              in.textsByName());
        }
      };

  @BeforeEach
  void makeCache() {
    cache = new Cache(directory.resolve("cache"));
  }

  @Test
  void findsAKeptValue() throws IOException {
    Records<Sample> records = records("samples", 1);
    records.keep(KEY, SAMPLE);

    assertThat(records.find(KEY)).contains(SAMPLE);
    assertThat(records.find(ZERO)).isEmpty();
  }

  @Test
  void theLastOneKeptCounts() throws IOException {
    Records<Sample> records = records("samples", 1);
    records.keep(KEY, SAMPLE);
    Sample other = new Sample("other", "", 0, false, KEY, List.of(), Map.of());
    records.keep(KEY, other);

    assertThat(records.find(KEY)).contains(other);
  }

  @Test
  void anotherFormatIsAbsent() throws IOException {
    records("samples", 1).keep(KEY, SAMPLE);

    assertThat(records("samples", 2).find(KEY)).isEmpty();
  }

  @Test
  void aRecordOfAnotherKindIsAbsent() throws IOException {
    records("samples", 1).keep(KEY, SAMPLE);
    Files.move(file("samples").getParent(), cache.directory().resolve("others"));

    assertThat(records("others", 1).find(KEY)).isEmpty();
  }

  @Test
  void everyCorruptByteMakesItAbsent() throws IOException {
    Records<Sample> records = records("samples", 1);
    records.keep(KEY, SAMPLE);
    byte[] whole = Files.readAllBytes(file("samples"));
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      Files.write(file("samples"), damaged);
      assertThat(records.find(KEY)).as("byte %s", i).isEmpty();
    }
  }

  /** Another program or an attacker could write content with a valid checksum. */
  @Test
  void everyPrefixAndEveryContinuationOfTheContentIsAbsent() throws IOException {
    Records<Sample> records = records("samples", 1);
    records.keep(KEY, SAMPLE);
    byte[] content = cache.find(new RecordKey("samples", KEY), 10_000).orElseThrow();
    for (int length = 0; length <= content.length + 1; length++) {
      cache.keep(new RecordKey("samples", KEY), Arrays.copyOf(content, length));
      assertThat(records.find(KEY).isPresent())
          .as("%s of %s bytes", length, content.length)
          .isEqualTo(length == content.length);
    }
  }

  @Test
  void invalidContentWithAValidChecksumIsNeverAnException() throws IOException {
    Records<Sample> records = records("samples", 1);
    records.keep(KEY, SAMPLE);
    byte[] content = cache.find(new RecordKey("samples", KEY), 10_000).orElseThrow();
    for (int i = 0; i < content.length; i++) {
      for (int value : new int[] {0x00, 0x7f, 0x80, 0xff}) {
        byte[] changed = content.clone();
        changed[i] = (byte) value;
        cache.keep(new RecordKey("samples", KEY), changed);
        records.find(KEY);
      }
    }
  }

  @Test
  void aCodecThatRefusesTheContentMakesItAbsent() throws IOException {
    records("samples", 1).keep(KEY, SAMPLE);
    Records<Sample> refusing =
        new Records<>(
            cache,
            "samples",
            1,
            new Records.Codec<>() {
              @Override
              public void write(Sample value, RecordWriter out) {}

              @Override
              public Sample read(RecordReader in) {
                throw new IllegalStateException("not believed");
              }
            });

    assertThat(refusing.find(KEY)).isEmpty();
  }

  @Test
  void aRecordThatIsTooLargeIsAbsent() throws IOException {
    cache.keep(new RecordKey("samples", KEY), new byte[100]);

    assertThat(cache.find(new RecordKey("samples", KEY), 100)).isPresent();
    assertThat(cache.find(new RecordKey("samples", KEY), 99)).isEmpty();
  }

  private Records<Sample> records(String kind, int format) {
    return new Records<>(cache, kind, format, CODEC);
  }

  private Path file(String kind) {
    return cache.directory().resolve(kind).resolve(KEY.hex());
  }
}
