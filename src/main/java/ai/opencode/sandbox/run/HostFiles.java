package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the host that a container sees.
 *
 * @param workspace directory that becomes the first volume of the security options; null for an
 *     empty volume, or for the one of the mounts that is at the place of that volume
 * @param mounts further directories and files
 * @param matchOwner whether to run as the owner of the workspace, so that it can be written to
 */
@Api
public record HostFiles(@Nullable Path workspace, List<HostMount> mounts, boolean matchOwner) {

  public HostFiles {
    mounts = List.copyOf(mounts);
  }

  /** An empty workspace. */
  public static HostFiles none() {
    return new HostFiles(null, List.of(), true);
  }

  public HostFiles withWorkspace(@Nullable Path newWorkspace) {
    return new HostFiles(newWorkspace, mounts, matchOwner);
  }

  public HostFiles withMounts(List<HostMount> newMounts) {
    return new HostFiles(workspace, newMounts, matchOwner);
  }

  public HostFiles withMatchOwner(boolean newMatchOwner) {
    return new HostFiles(workspace, mounts, newMatchOwner);
  }
}
