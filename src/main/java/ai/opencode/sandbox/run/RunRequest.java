package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.SecurityOptions;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to run a container once.
 *
 * @param image a reference, an image's id, or {@code oci:DIRECTORY[:NAME]}
 * @param options permissions of the container; {@link HostFiles#matchOwner} replaces the user in
 *     them with the owner of the workspace
 * @param accepted whether to start it despite objections
 */
@Api
public record RunRequest(
    String image,
    ContainerProcess process,
    SecurityOptions options,
    HostFiles hostFiles,
    boolean accepted) {

  /**
   * @throws UsageException if the image is an archive, or two mounts have the same target
   */
  public RunRequest {
    if (image.startsWith("oci-archive:") || image.startsWith("docker-archive:")) {
      throw new UsageException(
          "An engine cannot run an archive ("
              + image
              + "). Load it with \"skopeo copy\" or \"docker load\", and run it by its name.");
    }
    requireOneEach(hostFiles.workspace(), options, hostFiles.mounts());
  }

  private static void requireOneEach(
      @Nullable Path workspace, SecurityOptions options, List<HostMount> mounts) {
    Map<String, Path> places = new HashMap<>();
    if (workspace != null) {
      workspacePlace(options).ifPresent(place -> places.put(place, workspace));
    }
    for (HostMount mount : mounts) {
      Path other = places.put(mount.target(), mount.source());
      if (other != null) {
        throw new UsageException(
            "Both "
                + other
                + " and "
                + mount.source()
                + " are to be mounted at "
                + mount.target()
                + ". Leave one of them out, or give it another target.");
      }
    }
  }

  /** Returns the path at which a workspace is mounted: the first volume of the options. */
  static Optional<String> workspacePlace(SecurityOptions options) {
    return options.writablePaths().stream()
        .filter(each -> each.storage() == Storage.VOLUME)
        .findFirst()
        .map(WritablePath::path);
  }

  /**
   * Returns a request for the image's own command in an empty workspace, hardened, without
   * terminal.
   */
  public static RunRequest of(String image) {
    return new RunRequest(
        image, ContainerProcess.standard(), SecurityOptions.hardened(), HostFiles.none(), false);
  }

  public List<String> command() {
    return process.command();
  }

  public List<String> environment() {
    return process.environment();
  }

  public boolean tty() {
    return process.tty();
  }

  public Duration stopTimeout() {
    return process.stopTimeout();
  }

  public @Nullable Path workspace() {
    return hostFiles.workspace();
  }

  public List<HostMount> mounts() {
    return hostFiles.mounts();
  }

  public boolean matchOwner() {
    return hostFiles.matchOwner();
  }

  public RunRequest withProcess(ContainerProcess newProcess) {
    return new RunRequest(image, newProcess, options, hostFiles, accepted);
  }

  public RunRequest withCommand(List<String> command) {
    return withProcess(process.withCommand(command));
  }

  public RunRequest withStopTimeout(Duration stopTimeout) {
    return withProcess(process.withStopTimeout(stopTimeout));
  }

  public RunRequest withOptions(SecurityOptions newOptions) {
    return new RunRequest(image, process, newOptions, hostFiles, accepted);
  }

  public RunRequest withHostFiles(HostFiles newHostFiles) {
    return new RunRequest(image, process, options, newHostFiles, accepted);
  }

  public RunRequest withWorkspace(@Nullable Path workspace) {
    return withHostFiles(hostFiles.withWorkspace(workspace));
  }

  public RunRequest withMounts(List<HostMount> mounts) {
    return withHostFiles(hostFiles.withMounts(mounts));
  }

  public RunRequest withAccepted(boolean newAccepted) {
    return new RunRequest(image, process, options, hostFiles, newAccepted);
  }

  /** Returns a copy with this workspace, unless the request has one, even as one of the mounts. */
  public RunRequest withDefaultWorkspace(Path directory) {
    Optional<String> place = workspacePlace(options);
    return workspace() != null
            || mounts().stream().anyMatch(each -> place.equals(Optional.of(each.target())))
        ? this
        : withWorkspace(directory);
  }
}
