package ai.opencode.sandbox.records;

import ai.opencode.sandbox.oci.Descriptor;
import java.util.List;
import java.util.Optional;

/**
 * An image of a former build for one platform.
 *
 * @param manifest its manifest
 * @param records its records and those of its parents
 */
record FormerImage(Descriptor manifest, List<Documents> records) {

  /**
   * Records with the document of facts that they were read from.
   *
   * @param carried the blobs
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
