package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.engine.ContainerCheck;
import ai.opencode.sandbox.engine.EngineVolume;
import ai.opencode.sandbox.engine.ImageStart;
import ai.opencode.sandbox.engine.PortCheck;
import ai.opencode.sandbox.engine.RelayCheck;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.SeccompProfile;
import ai.opencode.sandbox.security.SecurityOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request to run a container, with the files that the request names. Symbolic links in their
 * paths are resolved once, so that the files that were checked are the files that are used.
 *
 * @param request the request
 * @param mounts the mounts of the request, with the workspace
 * @param workspace the mount among them that is the workspace; null if there is none
 * @param environmentFiles the files of environment variables
 * @param seccomp the profile of allowed system calls; null for the engine's own, or for none
 * @param own the mounts that this program adds to those of the request
 */
record JudgedRequest(
    RunRequest request,
    List<ResolvedMount> mounts,
    @Nullable ResolvedMount workspace,
    List<EnvironmentFile> environmentFiles,
    @Nullable SeccompProfile seccomp,
    List<ResolvedMount> own) {

  static JudgedRequest of(RunRequest request) {
    Optional<String> place = RunRequest.workspacePlace(request.options());
    List<ResolvedMount> mounts = new ArrayList<>();
    Path directory = request.workspace().directory();
    if (directory != null) {
      mounts.add(
          HostMount.of(
                  directory,
                  place.orElseThrow(
                      () ->
                          new UsageException(
                              "The security options have no writable path of the kind VOLUME, at"
                                  + " which a workspace is mounted. Add one, or leave the"
                                  + " workspace out.")),
                  request.workspace().readonly())
              .resolved());
    }
    request.mounts().forEach(each -> mounts.add(each.resolved()));
    ResolvedMount workspace =
        mounts.stream()
            .filter(each -> place.equals(Optional.of(each.target())))
            .findFirst()
            .orElse(null);
    if (workspace != null) {
      requireDirectory(workspace);
    }
    String profile = request.options().seccompProfile();
    JudgedRequest judged =
        new JudgedRequest(
            request,
            List.copyOf(mounts),
            workspace,
            request.hostFiles().environmentFiles().stream().map(EnvironmentFile::of).toList(),
            profile == null || profile.equals(SeccompProfile.UNCONFINED)
                ? null
                : SeccompProfile.read(profile),
            List.of());
    judged.requireNetwork();
    judged.imageDirectory();
    return judged;
  }

  private static void requireDirectory(ResolvedMount workspace) {
    if (Files.isRegularFile(workspace.source())) {
      throw new UsageException(
          "Cannot mount "
              + workspace.given()
              + " at "
              + workspace.target()
              + ": it is a file. Name the directory that contains it.");
    }
  }

  private void requireNetwork() {
    String network = request.options().networkMode();
    if (request.options().allowedHosts() != null) {
      Outlet.requirePossible(request);
    }
    if (!request.engine().ports().isEmpty()
        && network != null
        && (network.equals("none") || network.equals("host"))) {
      throw new UsageException(
          "Network \""
              + network
              + "\" cannot publish ports. Use another network, or leave the ports out.");
    }
  }

  /**
   * Returns the working directory that the request names, if the image has to contain it; null if
   * the request names none, or a mount contains it.
   */
  @Nullable String imageDirectory() {
    String directory = request.process().workingDirectory();
    return directory == null || new WorkingDirectory(directory).isMounted(this) ? null : directory;
  }

  /** Returns the check that the engine makes the container as requested. */
  ContainerCheck check(Progress progress) {
    return new ContainerCheck(
        allMounts(),
        volumes(),
        request.accepted(),
        imageDirectory(),
        request.engine().runtime(),
        new PortCheck(
            request.engine().ports().stream().map(PublishedPort::ofEngine).toList(), progress),
        request.options().allowedHosts() == null ? null : new RelayCheck(Outlet.RELAY));
  }

  /** Returns the named volumes in the form that the engine takes. */
  List<EngineVolume> volumes() {
    return request.hostFiles().volumes().stream().map(NamedVolume::ofEngine).toList();
  }

  /** Returns a copy with another request, which must name the same files. */
  JudgedRequest with(RunRequest newRequest) {
    return new JudgedRequest(newRequest, mounts, workspace, environmentFiles, seccomp, own);
  }

  /**
   * Returns a copy with the writable paths of an image, and its user unless one was named.
   *
   * @throws UsageException if a path of the image is in a mount of the request, where an engine
   *     would make it on the host, as root
   */
  JudgedRequest forImage(ImageStart image) {
    SecurityOptions before = request.options();
    SecurityOptions options = before.forImage(image.labels(), image.user());
    for (WritablePath each : options.writablePaths()) {
      if (before.writablePaths().stream().noneMatch(other -> other.path().equals(each.path()))) {
        requireOutsideOfMounts(each.path());
      }
    }
    return with(
        request.withOptions(request.matchOwner() ? options : options.withUser(before.user())));
  }

  private void requireOutsideOfMounts(String path) {
    Stream.concat(
            mounts.stream().map(ResolvedMount::target),
            volumes().stream().map(EngineVolume::target))
        .filter(each -> !each.equals(path) && Path.of(path).startsWith(each))
        .findFirst()
        .ifPresent(
            each -> {
              throw new UsageException(
                  "The image has a writable path at "
                      + path
                      + ", which is below "
                      + each
                      + ": the engine would make a directory for it in what is mounted there. Mount"
                      + " that at another path.");
            });
  }

  /** Returns a copy with other mounts of this program. */
  JudgedRequest withOwn(List<ResolvedMount> newOwn) {
    return new JudgedRequest(request, mounts, workspace, environmentFiles, seccomp, newOwn);
  }

  /** Returns the mounts of the request and those of this program. */
  List<ResolvedMount> allMounts() {
    return Stream.concat(mounts.stream(), own.stream()).toList();
  }

  /** Reads the environment files. Returns the variables in them and those of the request. */
  List<String> environment() {
    List<String> variables = new ArrayList<>();
    if (request.options().allowedHosts() != null) {
      variables.addAll(Outlet.VARIABLES);
    }
    environmentFiles.forEach(each -> variables.addAll(each.variables()));
    variables.addAll(request.environment());
    if (request.options().allowedHosts() != null) {
      variables.add(Outlet.SOCKET_VARIABLE);
    }
    return Variables.distinct(variables);
  }
}
