package ai.opencode.sandbox.records;

import ai.opencode.sandbox.oci.Descriptor;
import java.util.List;
import java.util.Optional;

/**
 * An image for one platform that an earlier build sent to a registry.
 *
 * @param manifest its manifest
 * @param records the records of the image, then those of each of its parents
 */
record FormerImage(Descriptor manifest, List<Documents> records) {

  /**
   * The records of one image.
   *
   * @param carried the blobs that hold the records
   * @param facts the content of the blob of facts
   */
  record Documents(CarriedRecords carried, FactsDocument facts) {}

  FormerImage {
    records = List.copyOf(records);
  }

  /** Returns the records of the image itself. */
  Optional<Documents> own() {
    return records.stream().findFirst();
  }
}
