package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;

/**
 * The connection to this machine's container engine. It is a class, because a method reference
 * would load the package {@code engine} before it is needed, and class paths may lack it.
 */
final class MachineEngine implements TargetAccess.EngineConnector {

  @Override
  public EngineStore connect(Progress progress) throws IOException {
    return EngineStore.connect(progress);
  }
}
