package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A container from its creation to its removal. The container is removed even if this process ends
 * early: signals are handled from before its creation on, and if they are left to the caller, a
 * shutdown hook removes it.
 */
public final class RunningContainer implements AutoCloseable {

  /** Signals that are passed on to the container, with their numbers on Linux. */
  private static final Map<String, Integer> PASSED_ON =
      Map.of("HUP", 1, "INT", 2, "KILL", 9, "TERM", 15, "USR2", 12);

  /** The signals above, and WINCH, which reports that the terminal was resized. */
  private static final List<String> HEARD = List.of("HUP", "INT", "TERM", "USR2", "WINCH");

  /** Signals after which the container is killed if it does not end by itself. */
  private static final List<String> ENDING = List.of("HUP", "TERM");

  /** The number of interruptions (Ctrl-C) after which the container is killed. */
  private static final int PATIENCE = 3;

  /** The time to wait for the rest of the output after the container has ended. */
  private static final Duration OUTPUT_GRACE = Duration.ofSeconds(5);

  /** The time that an engine may take to kill a container. */
  private static final Duration KILL_GRACE = Duration.ofSeconds(30);

  private static final int KILLED = 137;

  private final Engine engine;
  private final HeldMounts held;
  private final DockerClient client;
  private final StopRule stop;
  private final Signals signals;
  private final AtomicInteger interruptions = new AtomicInteger();
  private final Thread atExit = new Thread(this::close, "container-removal");

  private volatile @Nullable Terminal terminal;
  private @Nullable String id;
  private MountCheck mountCheck;
  private @Nullable PortCheck portCheck;
  private boolean started;
  private boolean ended;

  /** A signal that arrived before the container had started. */
  private @Nullable String early;

  private RunningContainer(Engine engine, HeldMounts held, StopRule stop) {
    this.engine = engine;
    this.held = held;
    this.client = engine.client();
    this.stop = stop;
    this.mountCheck = new MountCheck(client, held, List.of());
    Runtime.getRuntime().addShutdownHook(atExit);
    this.signals = Signals.listen(stop.bySignals() ? HEARD : List.of(), this::onSignal);
  }

  /**
   * Creates a container.
   *
   * @param held the directories of the host among the command's mounts that this process keeps
   *     open, so that no other directory can take their place
   * @param stop the events that end the container
   */
  public static RunningContainer create(
      Engine engine, HeldMounts held, CreateContainerCmd command, StopRule stop) {
    RunningContainer container = new RunningContainer(engine, held, stop);
    try {
      String id = Uninterrupted.call(command::exec).getId();
      synchronized (container) {
        container.id = id;
      }
      return container;
    } catch (RuntimeException e) {
      container.close();
      throw e;
    }
  }

  /**
   * Compares the engine's description of the container with the request. The start compares them
   * again.
   *
   * @throws VerificationException if the container differs from the request
   * @throws UnseenMountsException if the engine does not see a directory that this process keeps
   *     open
   */
  public void require(ContainerCheck newCheck) throws UnseenMountsException {
    String container = requireId();
    InspectContainerResponse answer = client.inspectContainerCmd(container).exec();
    MountCheck mounts = new MountCheck(client, held, newCheck.mounts());
    mounts.requireShown(answer);
    newCheck.requireAsRequested(engine, container, answer);
    mountCheck = mounts;
    portCheck = newCheck.ports();
  }

  /** Reads a file of at most 1 MiB; empty if there is no such regular file. */
  Optional<byte[]> file(String path) throws IOException {
    return ContainerFiles.read(engine, requireId(), path);
  }

  /**
   * Starts the container and waits for its end.
   *
   * @param tty whether the container has a terminal
   * @param ownTerminal the terminal of this process; empty if there is none
   * @throws UnseenMountsException if the engine does not see a held directory; nothing has started
   */
  public Ending run(boolean tty, Optional<Terminal> ownTerminal, ContainerStreams own)
      throws IOException, InterruptedException, UnseenMountsException {
    String container = requireId();
    try (AttachedStreams streams = engine.attach(container, tty)) {
      Thread output = daemon("container-output", () -> copyOutput(streams, own.out(), own.err()));
      if (!start(container)) {
        return early == null
            ? new Ending(KILLED, true)
            : new Ending(128 + PASSED_ON.getOrDefault(early, 15), false);
      }
      ownTerminal.ifPresent(Terminal::makeRaw);
      terminal = ownTerminal.orElse(null);
      resize();
      daemon("container-input", () -> sendInput(streams, own.in()));
      try {
        Ending ending = awaitEnd(container);
        synchronized (this) {
          ended = true;
        }
        output.join(OUTPUT_GRACE.toMillis());
        return ending;
      } finally {
        terminal = null;
        ownTerminal.ifPresent(Terminal::close);
      }
    }
  }

  private void requirePublished(String container) {
    PortCheck ports = portCheck;
    if (ports == null || ports.ports().isEmpty()) {
      return;
    }
    try {
      ports.requirePublished(client.inspectContainerCmd(container).exec());
    } catch (NotFoundException e) {
      // Another program has removed the container.
    }
  }

  private Ending awaitEnd(String container) throws InterruptedException {
    ExitCode answer = client.waitContainerCmd(container).exec(new ExitCode());
    Optional<Integer> code = answer.await(stop.deadline().millisLeft());
    if (code.isPresent()) {
      return new Ending(code.get(), false);
    }
    send("TERM");
    code = answer.await(stop.grace().toMillis());
    if (code.isEmpty()) {
      send("KILL");
      code = answer.await(KILL_GRACE.toMillis());
    }
    return new Ending(code.orElse(KILLED), true);
  }

  private synchronized String requireId() {
    if (id == null) {
      throw new IllegalStateException("not created");
    }
    return id;
  }

  private synchronized boolean start(String container) throws UnseenMountsException {
    if (early != null || stop.deadline().isOver()) {
      return false;
    }
    mountCheck.requireUnchanged();
    try {
      client.startContainerCmd(container).exec();
    } catch (DockerException e) {
      throw held.explained(e);
    }
    started = true;
    try {
      mountCheck.requireUnchangedSinceStart(container);
      requirePublished(container);
    } catch (VerificationException replaced) {
      send("KILL");
      throw replaced;
    }
    return true;
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void copyOutput(AttachedStreams streams, OutputStream out, OutputStream err) {
    try {
      streams.copyOutput(out, err);
    } catch (IOException e) {
      // Standard output is a closed pipe, or the engine has ended.
      end("TERM");
    }
  }

  private static void sendInput(AttachedStreams streams, InputStream in) {
    try {
      streams.sendInput(in);
    } catch (IOException e) {
      // The container has ended, so the rest of its input has no reader.
    }
  }

  private void onSignal(String name) {
    if (name.equals("WINCH")) {
      resize();
    } else if (ENDING.contains(name)) {
      end(name);
    } else if (name.equals("INT") && interruptions.incrementAndGet() >= PATIENCE) {
      send("KILL");
    } else {
      send(name);
    }
  }

  /** Passes a signal on, and kills the container if it does not end within the timeout. */
  private void end(String signal) {
    send(signal);
    daemon(
        "container-stop",
        () -> {
          try {
            TimeUnit.MILLISECONDS.sleep(stop.grace().toMillis());
            send("KILL");
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void send(String signal) {
    String container;
    synchronized (this) {
      if (!started) {
        early = signal;
        return;
      }
      if (ended || id == null) {
        return;
      }
      container = id;
    }
    try {
      client.killContainerCmd(container).withSignal(signal).exec();
    } catch (NotFoundException | ConflictException e) {
      // The container has ended meanwhile.
    } catch (DockerException e) {
      // The engine is ending, and the container with it.
    }
  }

  private void resize() {
    Terminal current = terminal;
    if (current == null) {
      return;
    }
    current
        .size()
        .ifPresent(
            size -> {
              try {
                client.resizeContainerCmd(requireId()).withSize(size.rows(), size.columns()).exec();
              } catch (DockerException e) {
                // The container has ended, or has no terminal.
              }
            });
  }

  /** Removes the container, whatever state it is in, and the volumes that were made for it. */
  @Override
  public void close() {
    try {
      String container;
      synchronized (this) {
        container = id;
        id = null;
      }
      if (container != null) {
        Uninterrupted.run(
            client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true)::exec);
      }
    } catch (NotFoundException e) {
      // Another process has removed the container.
    } finally {
      signals.close();
      forgetExit();
    }
  }

  private void forgetExit() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook removes the container if nothing else has.
    }
  }
}
