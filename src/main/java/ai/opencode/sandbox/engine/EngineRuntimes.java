package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Set;
import java.util.TreeSet;

/** The programs that an engine starts containers with, such as runc, runsc (gVisor) and kata. */
public final class EngineRuntimes {

  private EngineRuntimes() {}

  /**
   * Looks a runtime up in the engine's list. Names of containerd's programs, such as {@code
   * io.containerd.runsc.v1}, are in no list, so the engine checks them.
   *
   * @throws UsageException if the engine has none of that name
   */
  public static void require(Engine engine, String name) {
    Set<String> names = new TreeSet<>(engine.runtimes());
    if (!names.isEmpty() && !names.contains(name) && !name.startsWith("io.containerd.")) {
      throw new UsageException(
          "The engine at "
              + engine.address()
              + " has no runtime \""
              + name
              + "\", only "
              + String.join(", ", names)
              + ". Install it and name it in the engine's configuration, or use one of these.");
    }
  }
}
