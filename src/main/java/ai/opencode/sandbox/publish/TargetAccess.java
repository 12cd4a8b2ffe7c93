package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.oci.HashRecords;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How targets are reached from this machine.
 *
 * @param hashes what is known of the blobs of layouts that were written before; empty where none
 *     are kept
 */
record TargetAccess(
    RegistryAccess registries,
    Optional<HashRecords> hashes,
    EngineConnector engines,
    Progress progress) {

  /** Connects to a container engine. */
  interface EngineConnector {
    EngineStore connect(Progress progress) throws IOException;
  }

  TargetAccess withHashes(HashRecords newHashes) {
    return new TargetAccess(registries, Optional.of(newHashes), engines, progress);
  }

  OciLayout layout(Path folder) throws IOException {
    return hashes.isPresent() ? new OciLayout(folder, hashes.get()) : new OciLayout(folder);
  }

  EngineStore engine() throws IOException {
    return engines.connect(progress);
  }
}
