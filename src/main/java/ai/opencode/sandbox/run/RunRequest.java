package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.SecurityOptions;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request to run a container once.
 *
 * @param image the image's name or id in the engine, or {@code oci:DIRECTORY[:NAME]} for an image
 *     in an OCI layout
 * @param process the program that the container runs
 * @param options the permissions of the container; {@link HostFiles#matchOwner} replaces the user
 *     in them with the owner of the workspace
 * @param hostFiles the host's files and the engine's volumes that the container sees
 * @param engine the container's name, labels, ports and runtime
 * @param streams the container's standard streams
 * @param accepted whether to start the container although a part of the request weakens the sandbox
 */
@Api
public record RunRequest(
    String image,
    ContainerProcess process,
    SecurityOptions options,
    HostFiles hostFiles,
    EngineSettings engine,
    RunStreams streams,
    boolean accepted) {

  /**
   * Creates a request.
   *
   * @throws UsageException if the image is an archive, or two mounts have the same target
   */
  public RunRequest {
    if (image.startsWith("oci-archive:") || image.startsWith("docker-archive:")) {
      throw new UsageException(
          "An engine cannot run an archive ("
              + image
              + "). Load the archive with \"skopeo copy\" or \"docker load\", and name the loaded"
              + " image.");
    }
    requireOneEach(options, hostFiles);
  }

  private static void requireOneEach(SecurityOptions options, HostFiles files) {
    Map<String, String> places = new HashMap<>();
    Path workspace = files.workspace().directory();
    if (workspace != null) {
      workspacePlace(options).ifPresent(place -> places.put(place, workspace.toString()));
    }
    files.mounts().forEach(each -> require(places, each.target(), each.source().toString()));
    files.volumes().forEach(each -> require(places, each.target(), "volume " + each.name()));
  }

  private static void require(Map<String, String> places, String target, String source) {
    String other = places.put(target, source);
    if (other != null) {
      throw new UsageException(
          "Both "
              + other
              + " and "
              + source
              + " are to be mounted at "
              + target
              + ". Leave one of them out, or give one another target.");
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
   * Returns a request for the image's own command in an empty workspace, with the hardened
   * permissions, and without terminal, input and timeout. The output is discarded.
   */
  public static RunRequest of(String image) {
    return new RunRequest(
        image,
        ContainerProcess.standard(),
        SecurityOptions.hardened(),
        HostFiles.none(),
        EngineSettings.standard(),
        RunStreams.none(),
        false);
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

  public TimeLimits times() {
    return process.times();
  }

  public Workspace workspace() {
    return hostFiles.workspace();
  }

  public List<HostMount> mounts() {
    return hostFiles.mounts();
  }

  public boolean matchOwner() {
    return hostFiles.matchOwner();
  }

  public RunRequest withProcess(ContainerProcess newProcess) {
    return new RunRequest(image, newProcess, options, hostFiles, engine, streams, accepted);
  }

  public RunRequest withCommand(List<String> command) {
    return withProcess(process.withCommand(command));
  }

  public RunRequest withEnvironment(List<String> environment) {
    return withProcess(process.withEnvironment(environment));
  }

  public RunRequest withWorkingDirectory(@Nullable String workingDirectory) {
    return withProcess(process.withWorkingDirectory(workingDirectory));
  }

  /** Returns a copy that is ended after a time, with {@link RunResult#TIMED_OUT}. */
  public RunRequest withTimeout(@Nullable Duration timeout) {
    return withProcess(process.withTimes(times().withTimeout(timeout)));
  }

  public RunRequest withStopTimeout(Duration stopTimeout) {
    return withProcess(process.withTimes(times().withStopTimeout(stopTimeout)));
  }

  public RunRequest withOptions(SecurityOptions newOptions) {
    return new RunRequest(image, process, newOptions, hostFiles, engine, streams, accepted);
  }

  /** Returns a copy whose container can connect to these hosts only, by HTTP and HTTPS. */
  public RunRequest withAllowedHosts(AllowedHosts hosts) {
    return withOptions(options.withAllowedHosts(hosts));
  }

  public RunRequest withHostFiles(HostFiles newHostFiles) {
    return new RunRequest(image, process, options, newHostFiles, engine, streams, accepted);
  }

  public RunRequest withEngine(EngineSettings newEngine) {
    return new RunRequest(image, process, options, hostFiles, newEngine, streams, accepted);
  }

  public RunRequest withStreams(RunStreams newStreams) {
    return new RunRequest(image, process, options, hostFiles, engine, newStreams, accepted);
  }

  public RunRequest withWorkspace(@Nullable Path workspace) {
    return withHostFiles(hostFiles.withWorkspace(workspace));
  }

  public RunRequest withVolumes(List<NamedVolume> volumes) {
    return withHostFiles(hostFiles.withVolumes(volumes));
  }

  public RunRequest withMounts(List<HostMount> mounts) {
    return withHostFiles(hostFiles.withMounts(mounts));
  }

  public RunRequest withAccepted(boolean newAccepted) {
    return new RunRequest(image, process, options, hostFiles, engine, streams, newAccepted);
  }

  /**
   * Returns a copy with this workspace, unless the request has a workspace already, or a mount or
   * volume at the path of the workspace.
   */
  public RunRequest withDefaultWorkspace(Path directory) {
    Optional<String> place = workspacePlace(options);
    return workspace().directory() != null
            || Stream.concat(
                    mounts().stream().map(HostMount::target),
                    hostFiles.volumes().stream().map(NamedVolume::target))
                .anyMatch(each -> place.equals(Optional.of(each)))
        ? this
        : withWorkspace(directory);
  }
}
