package ai.opencode.sandbox.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records of former images that a build uses. */
class BorrowedRecordsTest {

  private static final byte[] IT = {1};

  @TempDir private Path folder;
  private BlobStore blobs;

  @BeforeEach
  void makeStore() {
    blobs = new Cache(folder.resolve("cache")).blobs();
  }

  @Test
  void areThoseThatALockProves() throws IOException {
    FormerImage first = image("first", key("layers", "one"), key("packages", "one"));
    FormerImage second = image("second", key("layers", "two"), key("packages", "two"));

    BorrowedRecords one = BorrowedRecords.of(List.of(first, second), facts(first), blobs);
    assertThat(one.find(key("layers", "one"))).contains(IT);
    assertThat(one.find(key("packages", "one"))).contains(IT);
    assertThat(one.find(key("layers", "two"))).isEmpty();
    assertThat(one.find(key("packages", "two"))).isEmpty();
  }

  @Test
  void areAnyIfNotAllOfTheProvedOnesAreThere() throws IOException {
    FormerImage first = image("first", key("layers", "one"), key("packages", "one"));
    FormerImage second = image("second", key("layers", "two"), key("packages", "two"));

    BorrowedRecords all =
        BorrowedRecords.of(
            List.of(first, second), Set.of(Digest.sha256("facts of another image")), blobs);
    assertThat(all.find(key("layers", "one"))).contains(IT);
    assertThat(all.find(key("packages", "two"))).contains(IT);
    assertThat(all.find(carried(first))).isEmpty();
  }

  @Test
  void leadFromAProvedImageToItsBlobs() throws IOException {
    FormerImage first = image("first", key("layers", "one"), key("packages", "one"));

    assertThat(BorrowedRecords.of(List.of(first), facts(first), blobs).find(carried(first)))
        .isPresent();
  }

  @Test
  void haveOnlyKindsOfTheirDocument() throws IOException {
    FormerImage image = image("first", key("packages", "one"), key("layers", "one"));
    FormerImage unknown = image("second", key("other", "one"), key("images", "one"));
    BorrowedRecords records =
        BorrowedRecords.of(List.of(image, unknown), union(facts(image), facts(unknown)), blobs);

    assertThat(records.find(key("packages", "one"))).isEmpty();
    assertThat(records.find(key("layers", "one"))).isEmpty();
    assertThat(records.find(key("other", "one"))).isEmpty();
    assertThat(records.find(key("images", "one"))).isEmpty();
  }

  @Test
  void haveABoundForAllListsTogether() throws IOException {
    Descriptor large =
        PackedDocument.write(
            CarriedRecords.FILES,
            list(key("other", "large"), new byte[(int) PackedDocument.MAX_BYTES - 1000]).toBytes(),
            blobs);
    List<FormerImage> images = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      images.add(image("image " + i, list(key("layers", "" + i), IT), large));
    }
    Set<Digest> others = Set.of(Digest.sha256("facts of another image"));
    BorrowedRecords few = BorrowedRecords.of(images.subList(0, 4), others, blobs);
    BorrowedRecords many = BorrowedRecords.of(images, others, blobs);

    assertThat(few.find(key("packages", "missing"))).isEmpty();
    assertThatThrownBy(() -> many.find(key("packages", "missing")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("have more than " + PackedDocument.MAX_TOGETHER + " bytes together");
  }

  private FormerImage image(String name, RecordKey fact, RecordKey listed) throws IOException {
    return image(
        name,
        list(fact, IT),
        PackedDocument.write(CarriedRecords.FILES, list(listed, IT).toBytes(), blobs));
  }

  private FormerImage image(String name, RecordList facts, Descriptor files) throws IOException {
    FactsDocument document = new FactsDocument(key("builds", name), files, List.of(), facts);
    Descriptor packed = PackedDocument.write(CarriedRecords.FACTS, document.toBytes(), blobs);
    return new FormerImage(
        Descriptor.of(MediaType.MANIFEST, Digest.sha256(name), 1),
        List.of(new FormerImage.Documents(new CarriedRecords(packed, files), document)));
  }

  private static Set<Digest> facts(FormerImage image) {
    return image.records().stream()
        .map(each -> each.carried().facts().digest())
        .collect(Collectors.toSet());
  }

  private static RecordKey carried(FormerImage image) {
    return new RecordKey("carried", image.own().orElseThrow().facts().image().key());
  }

  private static Set<Digest> union(Set<Digest> one, Set<Digest> other) {
    List<Digest> all = new ArrayList<>(one);
    all.addAll(other);
    return Set.copyOf(all);
  }

  private static RecordList list(RecordKey key, byte[] content) {
    SortedMap<RecordKey, byte[]> records = new TreeMap<>(Map.of(key, content));
    return new RecordList(records);
  }

  private static RecordKey key(String kind, String name) {
    return new RecordKey(kind, Digest.sha256(name));
  }
}
