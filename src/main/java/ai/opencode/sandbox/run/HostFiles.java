package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of the host and the volumes of the engine that a container sees.
 *
 * @param workspace the directory in which the container works
 * @param mounts the further directories and files of the host
 * @param volumes the named volumes of the engine
 * @param environmentFiles the files with {@code NAME=VALUE} on each line; a variable that the
 *     request itself sets takes precedence
 * @param matchOwner whether the container runs as the user who owns the workspace on the host, so
 *     that it can write there
 */
@Api
public record HostFiles(
    Workspace workspace,
    List<HostMount> mounts,
    List<NamedVolume> volumes,
    List<Path> environmentFiles,
    boolean matchOwner) {

  public HostFiles {
    mounts = List.copyOf(mounts);
    volumes = List.copyOf(volumes);
    environmentFiles = List.copyOf(environmentFiles);
  }

  /** Returns an empty workspace, without mounts, volumes and environment files. */
  public static HostFiles none() {
    return new HostFiles(Workspace.empty(), List.of(), List.of(), List.of(), true);
  }

  public HostFiles withWorkspace(@Nullable Path directory) {
    return withWorkspace(workspace.withDirectory(directory));
  }

  public HostFiles withWorkspace(Workspace newWorkspace) {
    return new HostFiles(newWorkspace, mounts, volumes, environmentFiles, matchOwner);
  }

  public HostFiles withMounts(List<HostMount> newMounts) {
    return new HostFiles(workspace, newMounts, volumes, environmentFiles, matchOwner);
  }

  public HostFiles withVolumes(List<NamedVolume> newVolumes) {
    return new HostFiles(workspace, mounts, newVolumes, environmentFiles, matchOwner);
  }

  public HostFiles withEnvironmentFiles(List<Path> newEnvironmentFiles) {
    return new HostFiles(workspace, mounts, volumes, newEnvironmentFiles, matchOwner);
  }

  public HostFiles withMatchOwner(boolean newMatchOwner) {
    return new HostFiles(workspace, mounts, volumes, environmentFiles, newMatchOwner);
  }
}
