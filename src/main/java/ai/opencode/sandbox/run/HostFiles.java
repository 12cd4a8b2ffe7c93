package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the host that a container sees.
 *
 * @param workspace directory that is mounted in place of the first volume of the security options;
 *     null for an empty volume, or if one of the mounts has that volume's path
 * @param mounts further directories and files
 * @param matchOwner whether to run as the owner of the workspace, who can write to it
 */
@Api
public record HostFiles(@Nullable Path workspace, List<HostMount> mounts, boolean matchOwner) {

  public HostFiles {
    mounts = List.copyOf(mounts);
  }

  /** Returns an empty workspace without further mounts. */
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
