package ai.opencode.sandbox.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records of an image as blobs: their forms, their limits, and what they prove. */
class CarriedRecordsTest {

  private static final RecordKey IMAGE = new RecordKey("builds", Digest.sha256("image"));
  private static final RecordKey FACT = new RecordKey("sizes", Digest.sha256("fact"));
  private static final RecordKey LISTED = new RecordKey("packages", Digest.sha256("listed"));
  private static final byte[] ONE = {1};
  private static final byte[] TWO = {2};

  @TempDir private Path folder;
  private Cache cache;
  private BlobStore blobs;

  @BeforeEach
  void open() {
    cache = new Cache(folder.resolve("cache"));
    blobs = cache.blobs();
  }

  private Descriptor lists() throws IOException {
    return PackedDocument.write(CarriedRecords.FILES, list(LISTED, TWO).toBytes(), blobs);
  }

  private static RecordList list(RecordKey key, byte[] content) {
    return new RecordList(new TreeMap<>(Map.of(key, content)));
  }

  private CarriedRecords carried() throws IOException {
    Descriptor files = lists();
    FactsDocument facts =
        new FactsDocument(IMAGE, files, List.of("{}".getBytes(UTF_8)), list(FACT, ONE));
    return new CarriedRecords(
        PackedDocument.write(CarriedRecords.FACTS, facts.toBytes(), blobs), files);
  }

  @Test
  void factsAreReadAsTheyWereWritten() throws IOException {
    byte[] written = PackedDocument.read(carried().facts(), blobs);

    FactsDocument facts = FactsDocument.parse(written);

    assertThat(facts.image()).isEqualTo(IMAGE);
    assertThat(facts.files()).isEqualTo(lists());
    assertThat(facts.documents()).containsExactly("{}".getBytes(UTF_8));
    assertThat(facts.records().records().get(FACT)).isEqualTo(ONE);
    assertThat(facts.toBytes()).isEqualTo(written);
  }

  @Test
  void factsInOtherBytesAreRefusedOrOthers() throws IOException {
    byte[] whole = PackedDocument.read(carried().facts(), blobs);
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> FactsDocument.parse(part)).isInstanceOf(IOException.class);
    }
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] other = whole.clone();
      other[at] ^= (byte) 0x81;
      try {
        assertThat(FactsDocument.parse(other).toBytes()).as("at %d", at).isNotEqualTo(whole);
      } catch (IOException | IllegalArgumentException | SandboxException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(40).isLessThan(whole.length);
  }

  @Test
  void areFoundWhileBothBlobsAreThere() throws IOException {
    CarriedRecords carried = carried();
    carried.keep(IMAGE, cache);

    assertThat(CarriedRecords.find(IMAGE, cache)).contains(carried);
    assertThat(CarriedRecords.find(FACT, cache)).isEmpty();
    for (Descriptor each : carried.blobs()) {
      byte[] content = Files.readAllBytes(blobs.path(each.digest()));
      Files.delete(blobs.path(each.digest()));
      assertThat(CarriedRecords.find(IMAGE, cache)).as("%s", each).isEmpty();
      Files.write(blobs.path(each.digest()), content);
    }
    assertThat(CarriedRecords.find(IMAGE, cache)).isPresent();
  }

  @Test
  void haveTheListsThatTheirFactsName() throws IOException {
    Descriptor facts = carried().facts();
    Descriptor files = carried().files();
    Descriptor statement = Descriptor.of("application/vnd.in-toto+json", facts.digest(), 1);
    Descriptor others = Descriptor.of(CarriedRecords.FACTS, Digest.sha256("other"), 3);
    Descriptor other = Descriptor.of(CarriedRecords.FILES, Digest.sha256("other"), 3);

    List<Descriptor> listed = List.of(statement, other, others, facts, files);
    FactsDocument document = FactsDocument.parse(PackedDocument.read(facts, blobs));

    assertThat(CarriedRecords.facts(listed)).containsExactly(others, facts);
    assertThat(CarriedRecords.files(listed)).containsExactly(other, files);
    assertThat(CarriedRecords.of(facts, document, listed)).isEqualTo(carried());
    assertThatThrownBy(
            () -> CarriedRecords.of(facts, document, List.of(statement, facts, others, other)))
        .isInstanceOf(IOException.class)
        .hasMessage("the facts are about other lists of files");
  }

  @Test
  void aDocumentInflatesToNoMoreThanIsAllowed() throws IOException {
    int most = (int) PackedDocument.MAX_BYTES;
    Descriptor largest = blobs.put("x", zeros(most));
    Descriptor bomb = blobs.put("x", zeros(most + 1));

    assertThat(PackedDocument.read(largest, blobs)).hasSize(most);
    assertThatThrownBy(() -> PackedDocument.read(bomb, blobs))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed");
  }

  private static byte[] zeros(int count) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      byte[] part = new byte[1 << 16];
      for (int left = count; left > 0; left -= part.length) {
        out.write(part, 0, Math.min(left, part.length));
      }
    }
    return packed.toByteArray();
  }

  @Test
  void aDocumentIsCompressedWholeAndItself() throws IOException {
    Descriptor packed = PackedDocument.write("x", "text".getBytes(UTF_8), blobs);
    assertThat(PackedDocument.read(packed, blobs)).isEqualTo("text".getBytes(UTF_8));
    byte[] whole = Files.readAllBytes(blobs.path(packed.digest()));
    Descriptor cut = blobs.put("x", Arrays.copyOf(whole, whole.length - 9));
    Descriptor raw = blobs.put("x", "text".getBytes(UTF_8));
    assertThatThrownBy(() -> PackedDocument.read(cut, blobs)).isInstanceOf(SandboxException.class);
    assertThatThrownBy(() -> PackedDocument.read(raw, blobs)).isInstanceOf(SandboxException.class);
    Files.write(blobs.path(packed.digest()), whole.length > 0 ? zeros(4) : whole);
    assertThatThrownBy(() -> PackedDocument.read(packed, blobs))
        .isInstanceOf(SandboxException.class);
  }
}
