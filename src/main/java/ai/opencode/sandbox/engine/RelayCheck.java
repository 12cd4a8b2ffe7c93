package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The check that a container has no network, so that its only way to the allowed hosts is a relay:
 * a program in its image that passes connections on.
 *
 * @param relay the path of the relay's program in the image
 */
public record RelayCheck(String relay) {

  /**
   * Checks that the container has no network, and that its image has the relay's program.
   *
   * @throws UsageException if the image lacks the program
   * @throws VerificationException if the container has a network
   */
  void require(Engine engine, String container, InspectContainerResponse answer) {
    HostConfig host = answer.getHostConfig();
    if (host == null || !"none".equals(host.getNetworkMode())) {
      throw new VerificationException(
          "The container was not started: the engine gives the container a network, although it is to have none"
              + " but the allowed hosts. Check which program answers at the engine's address.");
    }
    try {
      if (ContainerFiles.read(engine, container, relay).isEmpty()) {
        throw new UsageException(
            "The image cannot be limited to allowed hosts: it lacks the program "
                + relay
                + ". Build the image, or the one that it is based on, with this release, or use"
                + " network \"none\".");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
