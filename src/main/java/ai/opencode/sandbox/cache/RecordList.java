package ai.opencode.sandbox.cache;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Records in one document, sorted by kind and key, so that equal records make equal documents.
 *
 * @param records the content of each record
 */
public record RecordList(SortedMap<RecordKey, byte[]> records) {

  private static final String FORM = "records 1";

  public RecordList {
    records = Collections.unmodifiableSortedMap(new TreeMap<>(records));
  }

  /** Returns the records with these keys that a cache has. */
  public static RecordList of(Iterable<RecordKey> keys, Cache cache) throws IOException {
    SortedMap<RecordKey, byte[]> records = new TreeMap<>();
    for (RecordKey key : keys) {
      cache.find(key, Records.MAX_BYTES).ifPresent(content -> records.put(key, content));
    }
    return new RecordList(records);
  }

  public byte[] toBytes() {
    RecordWriter out = new RecordWriter();
    out.text(FORM);
    out.list(
        records.entrySet(),
        (each, to) ->
            to.text(each.getKey().kind()).digest(each.getKey().key()).bytes(each.getValue()));
    return out.toBytes();
  }

  /**
   * Reads a document, which may be from another machine.
   *
   * @throws IOException if it is malformed
   */
  public static RecordList parse(byte[] document) throws IOException {
    RecordReader in = new RecordReader(document);
    SortedMap<RecordKey, byte[]> records = new TreeMap<>();
    if (!in.text().equals(FORM)) {
      throw new IOException("the records have another form");
    }
    for (Map.Entry<RecordKey, byte[]> each :
        in.list(from -> Map.entry(new RecordKey(from.text(), from.digest()), from.bytes()))) {
      records.put(each.getKey(), each.getValue());
    }
    if (!in.isAtEnd()) {
      throw new IOException("bytes follow the records");
    }
    return new RecordList(records);
  }
}
