package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;

/**
 * A port of a container that an engine publishes on its host.
 *
 * @param address the numeric address of the host
 * @param hostPort the port of the host; 0 for any free port
 * @param port the port in the container
 * @param protocol the protocol, {@code tcp} or {@code udp}
 */
public record EnginePort(String address, int hostPort, int port, String protocol) {

  /** Returns the port of the container in the form of the engine's API. */
  public ExposedPort exposed() {
    return ExposedPort.parse(port + "/" + protocol);
  }

  /** Returns the port's part of the request that creates a container. */
  public PortBinding binding() {
    return new PortBinding(
        new Binding(address, hostPort == 0 ? "" : String.valueOf(hostPort)), exposed());
  }
}
