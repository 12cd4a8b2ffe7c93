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
 * The records in images of earlier builds, which a build takes from a registry instead of doing the
 * same work again. If several images have a record under one key, the first image's is returned.
 * The lists of files are read only when a record is missing, because most builds need none of them.
 */
final class BorrowedRecords {

  /**
   * The kinds of records that are taken from the facts of an image. A build writes its own facts
   * from the records that it has used, and compares their digest with the one in the lock. Only
   * these kinds are in the facts that a build writes: a record of another kind would not be
   * compared, so a forged one could go unnoticed.
   */
  private static final Set<String> FACTS =
      Set.of("builds", "databases", "evidence", "heads", "keys", "layers", "sizes");

  /**
   * The kinds of records that are taken from lists of files. A search for a record of another kind
   * reads no list.
   */
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
   * Returns the records of images. If the images have all the facts that the lock names, only those
   * facts are used, because a build then need not write facts of its own to compare them. Otherwise
   * the records of all images are used.
   *
   * @param proved the digests of the facts that the lock names
   * @param blobs the store that reads the lists of files, from a registry if it has none
   */
  static BorrowedRecords of(List<FormerImage> images, Set<Digest> proved, BlobStore blobs) {
    Set<Digest> present = new HashSet<>();
    for (FormerImage image : images) {
      image.records().forEach(each -> present.add(each.carried().facts().digest()));
    }
    boolean complete = present.containsAll(proved);
    BorrowedRecords found = new BorrowedRecords(blobs);
    for (FormerImage image : images) {
      for (Documents each : image.records()) {
        if (!complete || proved.contains(each.carried().facts().digest())) {
          found.add(each, complete);
        }
      }
      image
          .own()
          .map(each -> ImageAssembly.manifestRecord(image.manifest(), each.facts().image()))
          .ifPresent(each -> found.records.putIfAbsent(each.getKey(), each.getValue()));
    }
    return found;
  }

  private void add(Documents documents, boolean proved) {
    add(documents.facts().records(), FACTS);
    lists.add(documents.carried().files());
    if (proved) {
      // The lock names both blobs, so with this record they are kept instead of written again.
      Map.Entry<RecordKey, byte[]> known = documents.carried().record(documents.facts().image());
      records.put(known.getKey(), known.getValue());
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
   * @return empty if no image has it
   * @throws IOException if a list of files is malformed
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
