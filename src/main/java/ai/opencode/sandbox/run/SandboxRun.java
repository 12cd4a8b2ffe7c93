package ai.opencode.sandbox.run;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.egress.NameService;
import ai.opencode.sandbox.engine.Deadline;
import ai.opencode.sandbox.engine.DeadlineException;
import ai.opencode.sandbox.engine.Ending;
import ai.opencode.sandbox.engine.Engine;
import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.engine.EngineImages;
import ai.opencode.sandbox.engine.EngineNetworks;
import ai.opencode.sandbox.engine.EngineRuntimes;
import ai.opencode.sandbox.engine.EngineVolume;
import ai.opencode.sandbox.engine.HeldMounts;
import ai.opencode.sandbox.engine.ImageStart;
import ai.opencode.sandbox.engine.LoadedImages;
import ai.opencode.sandbox.engine.RunningContainer;
import ai.opencode.sandbox.engine.StopRule;
import ai.opencode.sandbox.engine.Terminal;
import ai.opencode.sandbox.engine.UnseenMountsException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.Cpus;
import ai.opencode.sandbox.security.MountTarget;
import ai.opencode.sandbox.security.SeccompProfile;
import ai.opencode.sandbox.security.SecurityOptions;
import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A run of one container to its end, with no more privileges than its options grant. It is removed
 * afterwards with its unnamed volumes.
 */
public final class SandboxRun {

  /** The number of times that an image is brought again, because another process removes it. */
  private static final int MAX_REMOVALS = 10;

  private final Progress progress;
  private final Map<String, String> environment;
  private final Path home;

  private final boolean bySignals;

  private final NameService names;

  /** Creates a run with the engine of this machine, which no signal reaches. */
  public SandboxRun(Progress progress) {
    this(progress, System.getenv(), Path.of(System.getProperty("user.home", "/")));
  }

  /**
   * Creates a run.
   *
   * @param environment variables that name the engine
   */
  SandboxRun(Progress progress, Map<String, String> environment, Path home) {
    this(progress, environment, home, false, NameService.ofThisMachine());
  }

  private SandboxRun(
      Progress progress,
      Map<String, String> environment,
      Path home,
      boolean bySignals,
      NameService names) {
    this.progress = progress;
    this.environment = Map.copyOf(environment);
    this.home = home;
    this.bySignals = bySignals;
    this.names = names;
  }

  /** Returns a run whose container receives the signals to this process. */
  public SandboxRun withSignals() {
    return new SandboxRun(progress, environment, home, true, names);
  }

  /** Returns a run that looks up the names of allowed hosts in another way. */
  SandboxRun withNames(NameService newNames) {
    return new SandboxRun(progress, environment, home, bySignals, newNames);
  }

  /**
   * Runs a container and waits for its end. An interruption of this thread removes the container.
   *
   * @throws UsageException if there is no engine or no such image, or if the request would undo the
   *     sandbox; the message has all reasons
   */
  public RunResult run(RunRequest request) throws IOException, InterruptedException {
    try {
      return runToEnd(request);
    } catch (IOException | RuntimeException e) {
      requireNoInterruption(e);
      throw e;
    }
  }

  /**
   * Removes the images that runs have loaded into the engine, but for those that a container uses.
   *
   * @throws UsageException if there is no engine
   */
  public List<LoadedImages.Pruned> prune() throws IOException {
    try (Engine engine = Engine.connect(EngineAddress.find(environment, home))) {
      return LoadedImages.prune(engine);
    }
  }

  /** The client of the engine's API reports an interruption by exceptions of several kinds. */
  private static void requireNoInterruption(Exception failure) throws InterruptedException {
    boolean interrupted = Thread.interrupted();
    for (Throwable each = failure; each != null && !interrupted; each = each.getCause()) {
      interrupted =
          each instanceof CancellationException
              || each instanceof InterruptedException
              || each instanceof ClosedByInterruptException;
    }
    if (interrupted) {
      InterruptedException result = new InterruptedException("the run was interrupted");
      result.initCause(failure);
      throw result;
    }
  }

  private RunResult runToEnd(RunRequest request) throws IOException, InterruptedException {
    Deadline deadline = Deadline.in(request.times().timeout());
    JudgedRequest judged = JudgedRequest.of(request);
    EngineAddress address = findEngine(judged);
    List<String> before = objections(judged, sockets(address), List.of());
    requireHarmless(judged, before);
    RunRequest complete = request.withEnvironment(judged.environment());
    try (Engine engine = Engine.connect(address)) {
      requireHarmless(judged, engine, before);
      Ending ending = throughOutlet(judged.with(complete), engine, deadline);
      return ending.timedOut() ? timedOut(request) : new RunResult(ending.exitCode(), false);
    } catch (DeadlineException late) {
      return timedOut(request);
    } catch (DockerException e) {
      throw EngineRefusal.of(request, e);
    }
  }

  private Ending throughOutlet(JudgedRequest judged, Engine engine, Deadline deadline)
      throws IOException, InterruptedException {
    AllowedHosts hosts = judged.request().options().allowedHosts();
    if (hosts == null) {
      return run(judged, engine, deadline);
    }
    try (Outlet outlet = Outlet.open(hosts, names, engine, progress)) {
      Ending ending = run(judged.withOwn(List.of(outlet.mount())), engine, deadline);
      outlet.requireUsed(ending);
      return ending;
    }
  }

  private Ending run(JudgedRequest asked, Engine engine, Deadline deadline)
      throws IOException, InterruptedException {
    JudgedRequest judged = asked;
    RunRequest request = judged.request();
    EngineImages images = new EngineImages(engine, progress, deadline);
    SecurityOptions options = null;
    StopRule stop = new StopRule(request.times().stopTimeout(), deadline, bySignals);
    Optional<Terminal> terminal = request.tty() ? Terminal.attached() : Optional.empty();
    boolean local = true;
    boolean named = true;
    int removals = 0;
    while (true) {
      deadline.require();
      try {
        String image = images.require(request.image());
        if (options == null) {
          judged = judged.forImage(ImageStart.of(engine, image));
          options = new WorkspaceOwner(engine, progress).optionsFor(judged);
        }
        try (Accounts accounts =
                named ? Accounts.of(engine, image, options, judged, deadline) : Accounts.none();
            HeldMounts held = local ? HeldMounts.of(engine, judged.mounts()) : HeldMounts.none();
            RunningContainer container =
                new ContainerCommand(engine, held, accounts.addedTo(judged), options, image)
                    .create(stop)) {
          container.require(accounts.addedTo(judged).check(progress));
          return container.run(request.tty(), terminal, request.streams().ofEngine());
        }
      } catch (UnseenMountsException otherMachine) {
        local = false; // The loop tries again and mounts by path.
      } catch (DockerException e) {
        if (named && Accounts.areUnseen(e)) {
          named = false; // The loop tries again without a name for the user.
          continue;
        }
        // Another process has removed the image meanwhile, so the loop brings it again.
        if (!EngineImages.isLost(e) || ++removals > MAX_REMOVALS) {
          throw e;
        }
      }
    }
  }

  private RunResult timedOut(RunRequest request) {
    progress.warn("The run was ended by its timeout of " + request.times().timeoutText() + ".");
    return RunResult.ofTimeout();
  }

  private void requireHarmless(JudgedRequest judged, Engine engine, List<String> before) {
    EngineAddress address = engine.address();
    List<Path> directories = directories(judged, engine);
    List<String> objections =
        new ArrayList<>(
            directories.isEmpty() ? before : objections(judged, sockets(address), directories));
    judged.volumes().forEach(each -> objections.addAll(each.objections(engine)));
    objections.addAll(EngineNetworks.objections(engine, judged.request().options().networkMode()));
    requireHarmless(judged, objections);
    objections.forEach(objection -> progress.warn("This is not a sandbox: " + objection));
    requireProcessors(judged.request().options().limits().cpus(), engine);
    String runtime = judged.request().engine().runtime();
    if (runtime != null) {
      EngineRuntimes.require(engine, runtime);
    }
    warnOfPorts(judged.request().engine().ports());
    warnOfLocalhost(judged.request().options().allowedHosts());
    judged.volumes().forEach(each -> warnOfOwner(each, judged, engine));
    if (!address.isUnixSocket() && !judged.mounts().isEmpty()) {
      progress.warn(
          "The engine at "
              + address
              + " may be on another machine, so mounts were checked by their paths alone. Make"
              + " sure that they are harmless there.");
    }
  }

  /** Docker refuses a limit above its number of processors, and in Podman it would be none. */
  private static void requireProcessors(@Nullable Cpus cpus, Engine engine) {
    int processors = engine.processors().orElse(Integer.MAX_VALUE);
    if (cpus != null && cpus.thousandths() / 1000.0 > processors) {
      throw new UsageException(
          "A limit of "
              + cpus
              + " processors is none for this engine, which has "
              + processors
              + ". Use "
              + processors
              + " or less.");
    }
  }

  /** An engine gives a new volume the owner of the image's directory, else root. */
  private void warnOfOwner(EngineVolume volume, JudgedRequest judged, Engine engine) {
    boolean known =
        judged.request().options().writablePaths().stream()
            .anyMatch(each -> each.path().equals(volume.target()));
    if (!known && !volume.readonly() && !volume.existsIn(engine)) {
      progress.warn(
          "The new volume "
              + volume.name()
              + " belongs to root unless the image has a directory at "
              + volume.target()
              + ". Mount it at a writable path, such as /home/opencode/.cache.");
    }
  }

  /** Programs connect to a localhost of their own without a proxy, which is the container. */
  private void warnOfLocalhost(@Nullable AllowedHosts hosts) {
    if (hosts != null && hosts.hosts().stream().anyMatch(each -> each.host().equals("localhost"))) {
      progress.warn(
          "In the container, localhost is the container itself, so no program reaches this machine"
              + " by that name. Allow host.docker.internal:PORT=private instead.");
    }
  }

  private void warnOfPorts(List<PublishedPort> ports) {
    for (PublishedPort each : ports) {
      if (!each.isLoopback()) {
        progress.warn(
            "Other machines may reach port "
                + each.port()
                + " of the container at "
                + each.address()
                + " port "
                + each.hostPort()
                + ". Leave the address out to publish it on loopback only.");
      }
    }
  }

  private EngineAddress findEngine(JudgedRequest judged) {
    try {
      return EngineAddress.find(environment, home);
    } catch (UsageException e) {
      // Defects of the request come first, because they do not depend on the engine.
      requireHarmless(judged, objections(judged, List.of(), List.of()));
      judged.environment();
      throw e;
    }
  }

  private static List<Path> sockets(EngineAddress address) {
    return address.isUnixSocket() ? List.of(address.socket()) : List.of();
  }

  /** Returns the engine's data directory, unless it is in a tree that is refused anyway. */
  private static List<Path> directories(JudgedRequest judged, Engine engine) {
    return judged.mounts().isEmpty()
        ? List.of()
        : engine.dataDirectory().filter(each -> !each.startsWith("/var/lib")).stream().toList();
  }

  /** Returns whether standard input and standard output of this process are a terminal. */
  public static boolean hasTerminal() {
    return Terminal.attached().isPresent();
  }

  private static void requireHarmless(JudgedRequest judged, List<String> objections) {
    if (!judged.request().accepted() && !objections.isEmpty()) {
      throw new UsageException(
          "Refusing to start, because this would not be a sandbox: "
              + String.join(". Also, ", objections)
              + ". Leave that out, or accept the risk with --i-know.");
    }
  }

  private List<String> objections(
      JudgedRequest judged, List<Path> sockets, List<Path> directories) {
    SecurityOptions options = judged.request().options();
    SeccompProfile seccomp = judged.seccomp();
    List<String> objections = new ArrayList<>(options.objectionsButToSeccomp());
    judged.volumes().forEach(each -> objections.addAll(MountTarget.objections(each.target())));
    objections.addAll(
        seccomp == null
            ? SeccompProfile.objections(options.seccompProfile())
            : seccomp.objections());
    if (!judged.mounts().isEmpty() || !judged.environmentFiles().isEmpty()) {
      ForbiddenPlaces forbidden = ForbiddenPlaces.here(environment, home, sockets, directories);
      judged.mounts().forEach(each -> objections.addAll(HostMount.objections(each, forbidden)));
      judged.environmentFiles().forEach(each -> objections.addAll(each.objections(forbidden)));
    }
    return objections;
  }
}
