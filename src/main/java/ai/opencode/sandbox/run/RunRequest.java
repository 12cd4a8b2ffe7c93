package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.SecurityOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A container that is to be run once.
 *
 * @param image a reference, an image's id, or {@code oci:FOLDER[:NAME]}
 * @param command in place of the image's own; empty for that
 * @param options what it may do; the user in them is replaced by the owner of the workspace where
 *     {@code matchOwner} says so
 * @param workspace folder of the host that becomes the first volume of the options; null for an
 *     empty volume, or for the one of the mounts that is at the place of that volume
 * @param mounts further folders of the host
 * @param environment {@code NAME=VALUE}
 * @param matchOwner whether to run as the owner of the workspace, so that it can be written to
 * @param tty whether the container gets a terminal
 * @param stopTimeout how long after SIGTERM or SIGHUP it is killed
 * @param accepted whether to start it against all objections
 */
public record RunRequest(
    String image,
    List<String> command,
    SecurityOptions options,
    @Nullable Path workspace,
    List<HostMount> mounts,
    List<String> environment,
    boolean matchOwner,
    boolean tty,
    Duration stopTimeout,
    boolean accepted) {

  public RunRequest {
    command = List.copyOf(command);
    mounts = List.copyOf(mounts);
    environment = List.copyOf(environment);
    if (image.startsWith("oci-archive:") || image.startsWith("docker-archive:")) {
      throw new UsageException(
          "An engine runs no archive ("
              + image
              + "); bring it there with \"skopeo copy\" or \"docker load\", and run it by its name");
    }
    requireOneEach(workspace, options, mounts);
    for (String variable : environment) {
      if (variable.indexOf('=') < 1) {
        throw new UsageException(
            "\"" + variable + "\" sets no environment variable; expected NAME=VALUE");
      }
    }
    if (stopTimeout.isNegative()) {
      throw new UsageException("The time until a container is killed cannot be negative");
    }
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
                + "; leave one of them out, or give it another place");
      }
    }
  }

  /** Where a workspace is mounted: the first volume of the options. */
  static Optional<String> workspacePlace(SecurityOptions options) {
    return options.writablePaths().stream()
        .filter(each -> each.storage() == Storage.VOLUME)
        .findFirst()
        .map(WritablePath::path);
  }

  /** The image's own command in an empty workspace, hardened, without terminal. */
  public static RunRequest of(String image) {
    return new RunRequest(
        image,
        List.of(),
        SecurityOptions.hardened(),
        null,
        List.of(),
        List.of(),
        true,
        false,
        Duration.ofSeconds(10),
        false);
  }

  public RunRequest withCommand(List<String> newCommand) {
    return new RunRequest(
        image,
        newCommand,
        options,
        workspace,
        mounts,
        environment,
        matchOwner,
        tty,
        stopTimeout,
        accepted);
  }

  public RunRequest withOptions(SecurityOptions newOptions) {
    return new RunRequest(
        image,
        command,
        newOptions,
        workspace,
        mounts,
        environment,
        matchOwner,
        tty,
        stopTimeout,
        accepted);
  }

  /** With this workspace where there is none yet, be it as one of the mounts. */
  public RunRequest withDefaultWorkspace(Path folder) {
    Optional<String> place = workspacePlace(options);
    return workspace != null
            || mounts.stream().anyMatch(each -> place.equals(Optional.of(each.target())))
        ? this
        : withWorkspace(folder);
  }

  public RunRequest withWorkspace(@Nullable Path newWorkspace) {
    return new RunRequest(
        image,
        command,
        options,
        newWorkspace,
        mounts,
        environment,
        matchOwner,
        tty,
        stopTimeout,
        accepted);
  }
}
