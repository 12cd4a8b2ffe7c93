package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.security.EngineKind;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.ChangeLog;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The properties that a container must have before and just after its start, by the engine's own
 * description of it.
 *
 * @param mounts the mounts of the host's files and directories
 * @param volumes the named volumes of the engine
 * @param accepted whether volumes may be more than storage of the engine
 * @param imageDirectory a directory that the image must have; null for none
 * @param runtime the program that starts the container; null for the engine's default
 * @param relay the check of the connection to allowed hosts; null for a container with a network of
 *     its own
 */
public record ContainerCheck(
    List<ResolvedMount> mounts,
    List<EngineVolume> volumes,
    boolean accepted,
    @Nullable String imageDirectory,
    @Nullable String runtime,
    PortCheck ports,
    @Nullable RelayCheck relay) {

  private static final int ADDED = 1;
  private static final int TAR_HEADER = 512;

  /** The place of an entry's type in its header, 0 for files (POSIX, pax). */
  private static final int TAR_TYPE = 156;

  public ContainerCheck {
    mounts = List.copyOf(mounts);
    volumes = List.copyOf(volumes);
  }

  /**
   * Compares everything but the mounts, for which there is {@link MountCheck}.
   *
   * @throws UsageException if the image lacks the directory or the relay
   * @throws VerificationException if the engine has made another container than requested
   */
  void requireAsRequested(Engine engine, String container, InspectContainerResponse answer) {
    for (EngineVolume each : volumes) {
      each.requireShown(answer);
      // Another program may have created the volume with other options after the first check.
      List<String> objections = accepted ? List.of() : each.objections(engine);
      if (!objections.isEmpty()) {
        throw new VerificationException(
            "The container was not started: "
                + objections.get(0)
                + ". Find out which program made it meanwhile, then run this again.");
      }
    }
    if (runtime != null) {
      EngineRuntimes.requireUsed(engine, runtime, answer);
    }
    if (relay != null) {
      relay.require(engine, container, answer);
    }
    if (imageDirectory != null) {
      requireDirectory(engine, container, imageDirectory);
    }
  }

  private static void requireDirectory(Engine engine, String container, String directory) {
    boolean there =
        engine.kind() == EngineKind.PODMAN
            ? isInContainer(engine, container, directory)
            : !isAdded(engine, container, directory);
    if (!there) {
      throw new UsageException(
          "The image has no directory " + directory + ". Use another working directory.");
    }
  }

  /** Docker has made a missing working directory, so that it shows as a change of the image. */
  private static boolean isAdded(Engine engine, String container, String directory) {
    List<ChangeLog> changes = engine.client().containerDiffCmd(container).exec();
    return changes != null
        && changes.stream()
            .anyMatch(
                each -> directory.equals(each.getPath()) && Objects.equals(each.getKind(), ADDED));
  }

  /** Podman makes a missing working directory at the start, so it is not yet in the container. */
  private static boolean isInContainer(Engine engine, String container, String directory) {
    try (InputStream tar =
        engine.client().copyArchiveFromContainerCmd(container, directory).exec()) {
      byte[] header = tar.readNBytes(TAR_HEADER);
      return header.length == TAR_HEADER && header[TAR_TYPE] != '0' && header[TAR_TYPE] != 0;
    } catch (DockerException | IOException e) {
      return false;
    }
  }
}
