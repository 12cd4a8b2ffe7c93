package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.failure.OptionalLibrary;
import ai.opencode.sandbox.oci.HashRecords;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The connections to targets of all kinds.
 *
 * @param registries the access to registries
 * @param hashes records of blobs in layouts that were written before; empty if none are kept
 * @param engines the connector to the machine's container engine
 * @param progress the receiver of progress messages
 */
record TargetAccess(
    RegistryAccess registries,
    Optional<HashRecords> hashes,
    EngineConnector engines,
    Progress progress) {

  /** The connector to the machine's container engine. */
  interface EngineConnector {
    EngineStore connect(Progress progress) throws IOException;
  }

  TargetAccess withHashes(HashRecords newHashes) {
    return new TargetAccess(registries, Optional.of(newHashes), engines, progress);
  }

  OciLayout layout(Path directory) throws IOException {
    return hashes.isPresent() ? new OciLayout(directory, hashes.get()) : new OciLayout(directory);
  }

  EngineStore engine() throws IOException {
    try {
      return engines.connect(progress);
    } catch (LinkageError e) {
      throw OptionalLibrary.failure(e);
    }
  }
}
