package ai.opencode.sandbox.records;

import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.records.FormerImage.Documents;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Records of former images. Of two with the same place the first one counts. The lists of files are
 * read when the first record is missing.
 */
final class BorrowedRecords {

  /**
   * The kinds of records in facts. All of them are in the facts that a build writes, which are
   * compared; a record of another kind could lead past this comparison.
   */
  private static final Set<String> FACTS =
      Set.of("builds", "databases", "evidence", "heads", "keys", "layers", "sizes");

  /** The kinds of records in lists of files, so that a search for others reads no list. */
  private static final Set<String> LISTS = Set.of("packages", "roots", "scripts");

  private final BlobStore blobs;
  private final Map<RecordKey, byte[]> records = new HashMap<>();
  private final Deque<Descriptor> lists = new ArrayDeque<>();
  private long inflated;

  private BorrowedRecords(BlobStore blobs) {
    this.blobs = blobs;
  }

  /** Returns no records. */
  static BorrowedRecords none(BlobStore blobs) {
    return new BorrowedRecords(blobs);
  }

  /**
   * Returns the records of images: those in the facts that a lock names alone, if they are all
   * there.
   *
   * @param proved the digests of the facts that the lock names
   * @param blobs the store that has or borrows the lists of files
   */
  static BorrowedRecords of(List<FormerImage> images, Set<Digest> proved, BlobStore blobs) {
    Set<Digest> there = new HashSet<>();
    for (FormerImage image : images) {
      image.records().forEach(each -> there.add(each.carried().facts().digest()));
    }
    boolean all = there.containsAll(proved);
    BorrowedRecords found = new BorrowedRecords(blobs);
    for (FormerImage image : images) {
      for (Documents each : image.records()) {
        if (!all || proved.contains(each.carried().facts().digest())) {
          found.add(each, all);
        }
      }
      image
          .own()
          .map(each -> ImageAssembly.leadingTo(image.manifest(), each.facts().image()))
          .ifPresent(each -> found.records.putIfAbsent(each.getKey(), each.getValue()));
    }
    return found;
  }

  private void add(Documents documents, boolean proved) {
    add(documents.facts().records(), FACTS);
    lists.add(documents.carried().files());
    if (proved) {
      // They need not be written again.
      Map.Entry<RecordKey, byte[]> leading =
          documents.carried().leadingFrom(documents.facts().image());
      records.put(leading.getKey(), leading.getValue());
    }
  }

  private void add(RecordList list, Set<String> kinds) {
    list.records()
        .forEach(
            (key, content) -> {
              if (kinds.contains(key.kind())) {
                records.putIfAbsent(key, content);
              }
            });
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  /**
   * Returns a record.
   *
   * @throws IOException if a list of files has another form
   */
  synchronized Optional<byte[]> find(RecordKey key) throws IOException {
    byte[] known = records.get(key);
    while (known == null && !lists.isEmpty() && LISTS.contains(key.kind())) {
      byte[] document = PackedDocument.read(lists.remove(), blobs);
      inflated += document.length;
      if (inflated > PackedDocument.MAX_TOGETHER) {
        throw PackedDocument.tooLarge();
      }
      add(RecordList.parse(document), LISTS);
      known = records.get(key);
    }
    return Optional.ofNullable(known);
  }
}
