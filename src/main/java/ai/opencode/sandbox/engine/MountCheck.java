package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.List;
import java.util.Objects;

/**
 * The comparison of the mounts that the user asked for, and this program checked, with the mounts
 * that a container engine makes.
 *
 * @param held the directories that this program keeps open, so that they cannot be replaced between
 *     the check and the start; the engine mounts them through {@code /proc/PID/fd}
 * @param expected all mounts of the host's files and directories that were asked for
 */
record MountCheck(DockerClient client, HeldMounts held, List<ResolvedMount> expected) {

  MountCheck {
    expected = List.copyOf(expected);
  }

  /**
   * Compares the engine's description of a container, before its start, with the expected mounts.
   *
   * @throws VerificationException if the engine would mount anything else, or not all of them
   * @throws UnseenMountsException if the engine mounts another directory in place of one that this
   *     program keeps open
   */
  void requireShown(InspectContainerResponse answer) throws UnseenMountsException {
    List<InspectContainerResponse.Mount> shown =
        Objects.requireNonNullElse(answer.getMounts(), List.of());
    for (ResolvedMount mount : expected) {
      if (!isShown(shown, mount)) {
        throw new VerificationException(
            "The container was not started: the engine does not mount "
                + mount.source()
                + " at "
                + mount.target()
                + " in the container as requested. Check which program answers at the engine's"
                + " address.");
      }
    }
    for (InspectContainerResponse.Mount each : shown) {
      boolean named = each.getName() != null && !each.getName().isEmpty();
      boolean fromHost = each.getSource() != null && each.getSource().startsWith("/");
      if (!named && fromHost && expected.stream().noneMatch(mount -> isOf(each, mount))) {
        throw new VerificationException(
            "The container was not started: the engine would mount "
                + each.getSource()
                + " too, which was not requested. Check the engine's configuration.");
      }
    }
    requireUnchanged();
  }

  private boolean isShown(List<InspectContainerResponse.Mount> shown, ResolvedMount mount)
      throws UnseenMountsException {
    for (InspectContainerResponse.Mount each : shown) {
      if (held.holds(mount) ? held.isShown(each, mount) : isOf(each, mount)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(InspectContainerResponse.Mount shown, ResolvedMount mount) {
    String source = Objects.requireNonNullElse(shown.getSource(), "");
    // Docker's virtual machine on macOS has the host's files below /host_mnt.
    return shown.getDestination() != null
        && shown.getDestination().getPath().equals(mount.target())
        && source.replaceFirst("^/host_mnt/", "/").equals(mount.source().toString())
        && (!mount.readonly() || Boolean.FALSE.equals(shown.getRW()));
  }

  /**
   * Checks, before the container starts, that the host's paths still name the files that were
   * checked.
   */
  void requireUnchanged() {
    expected.forEach(ResolvedMount::requireUnchanged);
  }

  /** Checks the same again, just after the container has started. */
  void requireUnchangedSinceStart(String container) {
    expected.stream()
        .filter(each -> !held.holds(each))
        .forEach(ResolvedMount::requireUnchangedSinceStart);
    if (expected.stream().anyMatch(held::holds)) {
      requireSeen(container);
    }
  }

  /**
   * Compares the files that the container sees with those that were checked. The process number
   * that the engine gives is valid for this program too: the engine has opened {@code /proc/PID/fd}
   * of this program, so both count processes alike.
   */
  private void requireSeen(String container) {
    long pid = pid(container);
    for (ResolvedMount mount : expected) {
      Object seen = ContainerView.fileAt(pid, mount.target()).orElse(mount.file());
      if (!seen.equals(mount.file()) && pid(container) != 0) {
        mount.requireSeen(seen);
      }
    }
  }

  /** Returns the number of the container's first process; 0 if the container has ended. */
  private long pid(String container) {
    try {
      Long pid = client.inspectContainerCmd(container).exec().getState().getPidLong();
      return pid == null ? 0 : pid;
    } catch (NotFoundException e) {
      return 0;
    }
  }
}
