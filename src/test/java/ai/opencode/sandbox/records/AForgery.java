package ai.opencode.sandbox.records;

import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A published image for one platform, taken apart: every part can be replaced, and {@link #write}
 * makes an image of them again whose digests are right.
 */
public final class AForgery {

  public final BlobStore blobs;

  /** The records of the image itself, at the places of the cache. */
  public final SortedMap<RecordKey, byte[]> facts = new TreeMap<>();

  /** The lists of files. */
  public final SortedMap<RecordKey, byte[]> files = new TreeMap<>();

  public Manifest manifest;
  public ImageConfig config;
  public RecordKey place;

  /** The layers of the manifest of statements but the first records, which are written anew. */
  public final List<Descriptor> statements = new ArrayList<>();

  /** Layers that come before all others. */
  public final List<Descriptor> before = new ArrayList<>();

  private final ImageIndex index;
  private final Descriptor entry;
  private final List<byte[]> documents;
  private UnaryOperator<byte[]> factsBlob = each -> each;
  private UnaryOperator<byte[]> filesBlob = each -> each;
  private UnaryOperator<byte[]> manifestBytes = each -> each;
  private UnaryOperator<byte[]> configBytes = each -> each;
  private UnaryOperator<Descriptor> filesNamed = each -> each;

  private AForgery(BlobStore blobs, Descriptor root) throws IOException {
    this.blobs = blobs;
    this.index = ImageIndex.parse(blobs.read(root.digest()), "the index");
    Descriptor image = index.images().get(0);
    this.entry = AttestationManifest.entries(index, image.digest()).get(0);
    this.manifest = Manifest.parse(blobs.read(image.digest()), "the image");
    this.config = ImageConfig.parse(blobs.read(manifest.config().digest()), "the configuration");
    List<Descriptor> listed = Manifest.parse(blobs.read(entry.digest()), "the statements").layers();
    Descriptor first = CarriedRecords.facts(listed).get(0);
    FactsDocument document = FactsDocument.parse(PackedDocument.read(first, blobs));
    List<Descriptor> replaced = CarriedRecords.of(first, document, listed).blobs();
    listed.stream().filter(each -> !replaced.contains(each)).forEach(statements::add);
    this.place = document.image();
    this.documents = document.documents();
    this.facts.putAll(document.records().records());
    this.files.putAll(RecordList.parse(PackedDocument.read(document.files(), blobs)).records());
  }

  public static AForgery of(BlobStore blobs, Descriptor index) throws IOException {
    return new AForgery(blobs, index);
  }

  /** Returns the packed facts of a whole image as it was published. */
  public static List<Descriptor> records(BlobStore blobs, Descriptor root) throws IOException {
    ImageIndex index = ImageIndex.parse(blobs.read(root.digest()), "the index");
    Descriptor entry = AttestationManifest.entries(index).get(0);
    List<Descriptor> listed = Manifest.parse(blobs.read(entry.digest()), "the statements").layers();
    List<Descriptor> records = new ArrayList<>();
    for (Descriptor each : CarriedRecords.facts(listed)) {
      FactsDocument facts = FactsDocument.parse(PackedDocument.read(each, blobs));
      records.addAll(CarriedRecords.of(each, facts, listed).blobs());
    }
    return records;
  }

  /** Changes the inflated document of facts. */
  public AForgery facts(UnaryOperator<byte[]> change) {
    factsBlob = change;
    return this;
  }

  /** Changes the inflated document of lists. */
  public AForgery files(UnaryOperator<byte[]> change) {
    filesBlob = change;
    return this;
  }

  public AForgery manifest(UnaryOperator<byte[]> change) {
    manifestBytes = change;
    return this;
  }

  public AForgery config(UnaryOperator<byte[]> change) {
    configBytes = change;
    return this;
  }

  /** Lets the facts name another blob of lists. */
  public AForgery naming(UnaryOperator<Descriptor> change) {
    filesNamed = change;
    return this;
  }

  /** Returns the only record of a kind, or the first one of several. */
  public byte[] record(String kind) {
    return records(kind).get(0).getValue();
  }

  public List<Map.Entry<RecordKey, byte[]>> records(String kind) {
    SortedMap<RecordKey, byte[]> all = new TreeMap<>(facts);
    all.putAll(files);
    List<Map.Entry<RecordKey, byte[]>> found =
        all.entrySet().stream().filter(each -> each.getKey().kind().equals(kind)).toList();
    if (found.isEmpty()) {
      throw new AssertionError("no record of the kind " + kind);
    }
    return found;
  }

  /** Changes every record of a kind. */
  public AForgery each(String kind, UnaryOperator<byte[]> change) {
    records(kind).forEach(each -> put(each.getKey(), change.apply(each.getValue())));
    return this;
  }

  /** Gives each record of a kind the content of the next one. */
  public AForgery rotate(String kind) {
    List<Map.Entry<RecordKey, byte[]>> all =
        records(kind).stream().map(each -> Map.entry(each.getKey(), each.getValue())).toList();
    for (int i = 0; i < all.size(); i++) {
      put(all.get(i).getKey(), all.get((i + 1) % all.size()).getValue());
    }
    return this;
  }

  private void put(RecordKey key, byte[] content) {
    if (files.containsKey(key)) {
      files.put(key, content);
    } else {
      facts.put(key, content);
    }
  }

  /** Writes an image of the parts and returns its index. */
  public Descriptor write() throws IOException {
    Descriptor settings = blobs.put(MediaType.CONFIG, configBytes.apply(config.toJson()));
    byte[] image =
        manifestBytes.apply(
            new Manifest(settings, manifest.layers(), manifest.annotations()).toJson());
    Descriptor written = blobs.put(MediaType.MANIFEST, image).withPlatform(config.platform());
    Descriptor about =
        AttestationManifest.entry(
            written.digest(), blobs.put(MediaType.MANIFEST, attestation().toJson()));
    List<Descriptor> listed = List.of(written, about);
    return blobs.put(MediaType.INDEX, new ImageIndex(listed, index.annotations()).toJson());
  }

  /** Returns the blobs with the records, as they are changed now. */
  public List<Descriptor> carried() throws IOException {
    Descriptor lists =
        PackedDocument.write(
            CarriedRecords.FILES, filesBlob.apply(new RecordList(files).toBytes()), blobs);
    FactsDocument document =
        new FactsDocument(place, filesNamed.apply(lists), documents, new RecordList(facts));
    Descriptor packed =
        PackedDocument.write(CarriedRecords.FACTS, factsBlob.apply(document.toBytes()), blobs);
    return List.of(packed, lists);
  }

  private Manifest attestation() throws IOException {
    Manifest former = Manifest.parse(blobs.read(entry.digest()), "the statements");
    List<Descriptor> layers = new ArrayList<>(before);
    layers.addAll(carried());
    layers.addAll(statements);
    return new Manifest(former.config(), layers, former.annotations());
  }

  /** Returns the record by which an image leads to blobs with records. */
  public static byte[] leading(CarriedRecords to, RecordKey image) {
    return to.record(image).getValue();
  }

  /** Adds to the number at the first place after some text. */
  public static byte[] addedTo(byte[] record, int at, long more) {
    byte[] changed = record.clone();
    ByteBuffer bytes = ByteBuffer.wrap(changed);
    bytes.putLong(at, bytes.getLong(at) + more);
    return changed;
  }

  /** Returns where a record's fields begin: after its kind and format. */
  public static int start(byte[] record) {
    return Integer.BYTES + ByteBuffer.wrap(record).getInt(0) + Long.BYTES;
  }

  /** Returns where a text ends in a record; the first of them if there are several. */
  public static int after(byte[] record, String text) {
    String all = new String(record, StandardCharsets.ISO_8859_1);
    int at = all.indexOf(text);
    if (at < 0) {
      throw new AssertionError("no " + text + " in the record");
    }
    return at + text.length();
  }

  /** Replaces a text by another of the same length, wherever it is. */
  public static byte[] replaced(byte[] record, String text, String by) {
    after(record, text);
    if (text.length() != by.length()) {
      throw new AssertionError("another length");
    }
    return new String(record, StandardCharsets.ISO_8859_1)
        .replace(text, by)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Flips a byte. */
  public static byte[] flipped(byte[] record, int at) {
    byte[] changed = record.clone();
    changed[at] ^= 1;
    return changed;
  }

  /** Returns the digest of a blob that no store has. */
  public static Digest nothing() {
    return Digest.sha256("a blob that no store has");
  }
}
