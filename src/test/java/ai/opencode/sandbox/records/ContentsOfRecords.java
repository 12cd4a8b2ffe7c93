package ai.opencode.sandbox.records;

import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.RecordList;
import ai.opencode.sandbox.oci.BlobStore;
import java.io.IOException;
import java.util.Set;

/**
 * The contents of the blobs with an image's records.
 *
 * @param facts the keys of the records that are facts
 * @param lists the keys of the lists of files
 * @param documents the number of the base image's documents
 */
public record ContentsOfRecords(Set<RecordKey> facts, Set<RecordKey> lists, int documents) {

  public static ContentsOfRecords of(CarriedRecords carried, BlobStore blobs) throws IOException {
    FactsDocument facts = FactsDocument.parse(PackedDocument.read(carried.facts(), blobs));
    RecordList lists = RecordList.parse(PackedDocument.read(carried.files(), blobs));
    return new ContentsOfRecords(
        facts.records().records().keySet(), lists.records().keySet(), facts.documents().size());
  }
}
