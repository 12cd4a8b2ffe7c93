package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.security.EngineKind;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** The programs that an engine starts containers with, such as runc, runsc (gVisor) and kata. */
public final class EngineRuntimes {

  private EngineRuntimes() {}

  /**
   * Looks a runtime up in the engine's list. Names of containerd's programs, such as {@code
   * io.containerd.runsc.v1}, are in no list, so Docker checks them. Podman's API ignores the name
   * (4.3), so its default runtime is the only choice.
   *
   * @throws UsageException if the engine has none of that name, or would use another
   */
  public static void require(Engine engine, String name) {
    if (engine.kind() == EngineKind.PODMAN) {
      String used = engine.defaultRuntime();
      if (!name.equals(used)) {
        throw new UsageException(
            "Podman starts containers of its API with its default runtime "
                + used
                + ", not with "
                + name
                + ". Set runtime = \""
                + name
                + "\" in its containers.conf.");
      }
      return;
    }
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

  /**
   * Compares the runtime of a container with the requested one.
   *
   * @throws VerificationException if it is another one
   */
  static void requireUsed(Engine engine, String name, InspectContainerResponse answer) {
    HostConfig host = answer.getHostConfig();
    String used = host == null ? null : host.getRuntime();
    // Podman shows "oci" for all of them.
    if (engine.kind() != EngineKind.PODMAN && !name.equals(used)) {
      throw new VerificationException(
          "The container was not started: the engine would use "
              + Objects.requireNonNullElse(used, "its default runtime")
              + " in place of the runtime "
              + name
              + ". Check which program answers at the engine's address.");
    }
  }
}
