package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.NetworkSettings;
import com.github.dockerjava.api.model.Ports.Binding;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of the ports that were asked for with those that a container engine publishes.
 *
 * @param ports the ports that were asked for
 * @param progress the output for ports that the engine chose
 */
public record PortCheck(List<EnginePort> ports, Progress progress) {

  public PortCheck {
    ports = List.copyOf(ports);
  }

  /**
   * Compares the ports of a container that has just started, and reports the port of the host that
   * the engine chose if the request left the choice to the engine.
   *
   * @param answer the engine's description of the container
   * @throws VerificationException if the engine published a port that was not asked for, or at
   *     another address
   */
  void requirePublished(InspectContainerResponse answer) {
    NetworkSettings network = answer.getNetworkSettings();
    if (network == null || network.getPorts() == null) {
      return; // The container has ended.
    }
    Map<ExposedPort, Binding[]> bindings = network.getPorts().getBindings();
    bindings.forEach(
        (exposed, published) -> {
          for (Binding each : Objects.requireNonNullElse(published, new Binding[0])) {
            require(exposed, each);
          }
        });
  }

  /** Returns whether two texts are the same address; engines write IPv6 in several forms. */
  private static boolean isSame(String requested, @Nullable String shown) {
    if (requested.equals(shown)) {
      return true;
    }
    // A host name must not be looked up; an empty text means every address.
    if (shown == null || !shown.matches("[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")) {
      return false;
    }
    try {
      return InetAddress.getByName(requested).equals(InetAddress.getByName(shown));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private void require(ExposedPort exposed, Binding published) {
    for (EnginePort each : ports) {
      if (each.exposed().equals(exposed)
          && isSame(each.address(), published.getHostIp())
          && (each.hostPort() == 0
              || String.valueOf(each.hostPort()).equals(published.getHostPortSpec()))) {
        if (each.hostPort() == 0) {
          progress.step(
              Stage.PUBLISH,
              published.getHostIp()
                  + " port "
                  + published.getHostPortSpec()
                  + " is port "
                  + exposed.getPort()
                  + " of the container");
        }
        return;
      }
    }
    throw new VerificationException(
        "The container was killed during its start: the engine published port "
            + exposed.getPort()
            + " at \""
            + published.getHostIp()
            + "\" port "
            + published.getHostPortSpec()
            + ", which was not requested. Check which program answers at the engine's address.");
  }
}
