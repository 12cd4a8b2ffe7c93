package ai.opencode.sandbox.run;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.engine.EngineNetworks;
import ai.opencode.sandbox.engine.HeldMounts;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.engine.RunningContainer;
import ai.opencode.sandbox.engine.Terminal;
import ai.opencode.sandbox.engine.UnseenMountsException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.EngineKind;
import ai.opencode.sandbox.security.SeccompProfile;
import ai.opencode.sandbox.security.SecurityOptions;
import ai.opencode.sandbox.stability.Api;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run of one container to its end, with no more privileges than its options grant. The
 * container's streams are those of this process, signals are passed on, and its exit code is the
 * result. It is removed afterwards with its volumes.
 *
 * <pre>{@code
 * int exitCode = new SandboxRun(Progress.silent())
 *     .run(RunRequest.of("oci:target/images:opencode-sandbox-base").withCommand(List.of("node", "--version")),
 *         InputStream.nullInputStream(), System.out, System.err);
 * }</pre>
 */
@Api
public final class SandboxRun {

  private static final long ROOT = 0;

  private final Progress progress;
  private final Map<String, String> environment;
  private final Path home;

  /** Creates a run with the engine of this machine. */
  public SandboxRun(Progress progress) {
    this(progress, System.getenv(), Path.of(System.getProperty("user.home", "/")));
  }

  /**
   * Creates a run.
   *
   * @param environment variables that name the engine
   */
  SandboxRun(Progress progress, Map<String, String> environment, Path home) {
    this.progress = progress;
    this.environment = Map.copyOf(environment);
    this.home = home;
  }

  /**
   * Runs a container and waits for its end. Signals to this process go to the container meanwhile.
   *
   * @return its exit code
   * @throws UsageException if there is no engine or no such image, or if the request would undo the
   *     sandbox; the message has all reasons
   */
  public int run(RunRequest request, InputStream in, OutputStream out, OutputStream err)
      throws IOException, InterruptedException {
    Judged judged = Judged.of(request);
    EngineAddress address = findEngine(judged);
    List<String> before = objections(judged, sockets(address), List.of());
    requireHarmless(judged, before);
    try (Engine engine = Engine.connect(address)) {
      List<Path> directories = directories(judged, engine);
      List<String> objections =
          new ArrayList<>(
              directories.isEmpty() ? before : objections(judged, sockets(address), directories));
      objections.addAll(EngineNetworks.objections(engine, request.options().networkMode()));
      requireHarmless(judged, objections);
      objections.forEach(objection -> progress.warn("This is not a sandbox: " + objection));
      if (!address.isUnixSocket() && !judged.mounts().isEmpty()) {
        progress.warn(
            "The engine at "
                + address
                + " may be on another machine, so mounts were checked by their paths alone. Make"
                + " sure that they"
                + " are harmless there.");
      }
      String image = new EngineImages(engine, progress).require(request.image());
      SecurityOptions options = forWorkspace(judged, engine);
      Optional<Terminal> terminal = request.tty() ? Terminal.attached() : Optional.empty();
      boolean local = true;
      while (true) {
        try (HeldMounts held = local ? HeldMounts.of(engine, judged.mounts()) : HeldMounts.none();
            RunningContainer container = create(engine, held, judged, options, image)) {
          container.requireMounts(judged.mounts());
          return container.run(request.tty(), terminal, in, out, err);
        } catch (UnseenMountsException otherMachine) {
          local = false; // The loop tries again and mounts by path.
        }
      }
    } catch (NotFoundException | BadRequestException e) {
      throw new UsageException(
          "The engine cannot start "
              + request.image()
              + ": "
              + Engine.reason(e)
              + ". Correct the options or the command.",
          e);
    } catch (DockerException e) {
      throw Engine.refused("run " + request.image(), e);
    }
  }

  /**
   * A request with the files that it names, each resolved once, so that the files that were checked
   * are the files that are used.
   *
   * @param workspace the mount that is the workspace; null if there is none
   */
  private record Judged(
      RunRequest request,
      List<ResolvedMount> mounts,
      @Nullable ResolvedMount workspace,
      @Nullable SeccompProfile seccomp) {

    static Judged of(RunRequest request) {
      Optional<String> place = RunRequest.workspacePlace(request.options());
      List<ResolvedMount> mounts = new ArrayList<>();
      if (request.workspace() != null) {
        mounts.add(
            HostMount.of(
                    request.workspace(),
                    place.orElseThrow(
                        () ->
                            new UsageException(
                                "The options have no volume for a workspace. Add one.")),
                    false)
                .resolved());
      }
      request.mounts().forEach(each -> mounts.add(each.resolved()));
      ResolvedMount workspace =
          mounts.stream()
              .filter(each -> place.equals(Optional.of(each.target())))
              .findFirst()
              .orElse(null);
      if (workspace != null && Files.isRegularFile(workspace.source())) {
        throw new UsageException(
            "Cannot mount "
                + workspace.given()
                + " at "
                + workspace.target()
                + ": it is a file. Name the directory that contains it.");
      }
      String profile = request.options().seccompProfile();
      return new Judged(
          request,
          List.copyOf(mounts),
          workspace,
          profile == null || profile.equals(SeccompProfile.UNCONFINED)
              ? null
              : SeccompProfile.read(profile));
    }
  }

  private EngineAddress findEngine(Judged judged) {
    try {
      return EngineAddress.find(environment, home);
    } catch (UsageException e) {
      // Objections to the request come first, because they do not depend on the engine.
      requireHarmless(judged, objections(judged, List.of(), List.of()));
      throw e;
    }
  }

  private static List<Path> sockets(EngineAddress address) {
    return address.isUnixSocket() ? List.of(address.socket()) : List.of();
  }

  /** Returns the engine's data directory, unless it is in a tree that is refused anyway. */
  private static List<Path> directories(Judged judged, Engine engine) {
    return judged.mounts().isEmpty()
        ? List.of()
        : engine.dataFolder().filter(each -> !each.startsWith("/var/lib")).stream().toList();
  }

  /** Returns whether standard input and standard output of this process are a terminal. */
  public static boolean hasTerminal() {
    return Terminal.attached().isPresent();
  }

  private static void requireHarmless(Judged judged, List<String> objections) {
    if (!judged.request().accepted() && !objections.isEmpty()) {
      throw new UsageException(
          "Refusing to start, because this would not be a sandbox: "
              + String.join(". Also, ", objections)
              + ". Leave that out, or accept the risk with --i-know.");
    }
  }

  private List<String> objections(Judged judged, List<Path> sockets, List<Path> directories) {
    SecurityOptions options = judged.request().options();
    SeccompProfile seccomp = judged.seccomp();
    List<String> objections = new ArrayList<>(options.objectionsButToSeccomp());
    objections.addAll(
        seccomp == null
            ? SeccompProfile.objections(options.seccompProfile())
            : seccomp.objections());
    if (!judged.mounts().isEmpty()) {
      ForbiddenPlaces forbidden = ForbiddenPlaces.here(environment, home, sockets, directories);
      judged.mounts().forEach(each -> objections.addAll(HostMount.objections(each, forbidden)));
    }
    return objections;
  }

  /**
   * Returns the options with a user who can write to the workspace. On Linux a mounted directory
   * keeps its owner, so the container runs as that owner, who has access to the rest through group
   * 0. An engine that maps users has other numbers in the container, so the user stays.
   */
  private SecurityOptions forWorkspace(Judged judged, Engine engine) throws IOException {
    RunRequest request = judged.request();
    SecurityOptions options = request.options();
    ResolvedMount mount = judged.workspace();
    if (mount == null || !engine.address().isUnixSocket()) {
      return options;
    }
    Path workspace = mount.source();
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return options; // The engine's virtual machine lets any user own the files.
    }
    long uid = ((Number) Files.getAttribute(workspace, "unix:uid")).longValue();
    long gid = ((Number) Files.getAttribute(workspace, "unix:gid")).longValue();
    int mode = (Integer) Files.getAttribute(workspace, "unix:mode");
    boolean mapped = engine.mapsUsers();
    if (request.matchOwner() && !mapped && uid != ROOT && uid != options.uid()) {
      return options.withUser(uid + ":" + gid);
    }
    boolean byGroup =
        gid == options.gid() || options.supplementaryGroups().contains(Long.toString(gid));
    boolean writable =
        uid == options.uid() || (mode & 0002) != 0 || (byGroup && (mode & 0020) != 0);
    if (!mount.readonly() && (mapped || !writable)) {
      progress.warn(
          "The workspace "
              + workspace
              + " belongs to "
              + uid
              + ":"
              + gid
              + (mapped ? ", which this engine maps to another user" : "")
              + ": user "
              + options.user()
              + " of the container may be unable to write to it. Change its owner or mode, or use"
              + " --user.");
    }
    return options;
  }

  /**
   * Creates a container. Podman reads a seccomp profile from a file, so it gets a private temporary
   * one.
   */
  private static RunningContainer create(
      Engine engine, HeldMounts held, Judged judged, SecurityOptions options, String image)
      throws IOException {
    SeccompProfile profile = judged.seccomp();
    if (profile == null || engine.kind() != EngineKind.PODMAN) {
      String seccomp = profile == null ? options.seccompProfile() : profile.json();
      return RunningContainer.create(
          engine,
          held,
          command(engine, held, judged, options, image, seccomp),
          judged.request().stopTimeout());
    }
    Path copy = TemporaryFiles.file("opencode-sandbox-seccomp", ".json");
    try {
      Files.writeString(copy, profile.json());
      return RunningContainer.create(
          engine,
          held,
          command(engine, held, judged, options, image, copy.toString()),
          judged.request().stopTimeout());
    } finally {
      TemporaryFiles.delete(copy);
    }
  }

  private static CreateContainerCmd command(
      Engine engine,
      HeldMounts held,
      Judged judged,
      SecurityOptions options,
      String image,
      @Nullable String seccomp) {
    RunRequest request = judged.request();
    List<Mount> binds = new ArrayList<>();
    for (ResolvedMount each : judged.mounts()) {
      binds.add(held.mount(each));
    }
    HostConfig host = HostConfig.newHostConfig().withMounts(binds);
    options.applyTo(
        host,
        path -> binds.stream().noneMatch(bind -> path.path().equals(bind.getTarget())),
        engine.kind(),
        seccomp);
    Map<String, String> labels = new LinkedHashMap<>(held.labels());
    labels.put("ai.opencode.sandbox.run", "hardened");
    CreateContainerCmd create =
        engine
            .client()
            .createContainerCmd(image)
            .withHostConfig(host)
            .withUser(options.user())
            .withEnv(request.environment())
            .withLabels(labels)
            .withTty(request.tty())
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .withAttachStdout(true)
            .withAttachStderr(true);
    return request.command().isEmpty() ? create : create.withCmd(request.command());
  }
}
