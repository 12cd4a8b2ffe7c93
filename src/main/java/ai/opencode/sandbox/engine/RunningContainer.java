package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A container from its creation to its removal. It handles this process's signals from before the
 * container exists, so that no signal can end this process and leave the container behind.
 */
public final class RunningContainer implements AutoCloseable {

  /** Signals that the container receives too, with their numbers on Linux and macOS. */
  private static final Map<String, Integer> PASSED_ON =
      Map.of("HUP", 1, "INT", 2, "TERM", 15, "USR2", 12);

  /** Signals after which the container is killed if it does not end by itself. */
  private static final List<String> ENDING = List.of("HUP", "TERM");

  /** The number of interruptions (Ctrl-C) after which the container is killed. */
  private static final int PATIENCE = 3;

  private static final Duration OUTPUT_GRACE = Duration.ofSeconds(5);

  private final Engine engine;
  private final HeldMounts held;
  private final DockerClient client;
  private final Duration stopTimeout;
  private final Signals signals;
  private final AtomicInteger interruptions = new AtomicInteger();

  private volatile @Nullable Terminal terminal;
  private @Nullable String id;
  private List<ResolvedMount> expected = List.of();
  private boolean started;
  private boolean ended;

  /** A signal that arrived before the container had started. */
  private @Nullable String early;

  private RunningContainer(Engine engine, HeldMounts held, Duration stopTimeout) {
    this.engine = engine;
    this.held = held;
    this.client = engine.client();
    this.stopTimeout = stopTimeout;
    this.signals = Signals.listen(List.of("HUP", "INT", "TERM", "USR2", "WINCH"), this::onSignal);
  }

  /**
   * Creates a container.
   *
   * @param held the held directories among those that the command mounts
   * @param stopTimeout time between a signal that ends the container and its kill
   */
  public static RunningContainer create(
      Engine engine, HeldMounts held, CreateContainerCmd command, Duration stopTimeout) {
    RunningContainer container = new RunningContainer(engine, held, stopTimeout);
    try {
      String id = command.exec().getId();
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
   * Compares the engine's description of the container with the mounts that were checked, and keeps
   * those to compare them again at the start.
   *
   * @throws VerificationException if the engine would mount anything else
   * @throws UnseenMountsException if the engine misunderstood a held directory
   */
  public void requireMounts(List<ResolvedMount> mounts) throws UnseenMountsException {
    expected = List.copyOf(mounts);
    InspectContainerResponse answer = client.inspectContainerCmd(requireId()).exec();
    List<InspectContainerResponse.Mount> shown =
        Objects.requireNonNullElse(answer.getMounts(), List.of());
    for (ResolvedMount mount : expected) {
      if (!isShown(shown, mount)) {
        throw new VerificationException(
            "Not started: the engine does not mount "
                + mount.source()
                + " at "
                + mount.target()
                + " as requested. Check which program answers at the engine's address.");
      }
    }
    for (InspectContainerResponse.Mount each : shown) {
      boolean named = each.getName() != null && !each.getName().isEmpty();
      boolean fromHost = each.getSource() != null && each.getSource().startsWith("/");
      if (!named && fromHost && expected.stream().noneMatch(mount -> isOf(each, mount))) {
        throw new VerificationException(
            "Not started: the engine would mount "
                + each.getSource()
                + " as well, without a request. Check the engine's configuration.");
      }
    }
    expected.forEach(ResolvedMount::requireUnchanged);
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
   * Starts the container and waits for its end.
   *
   * @param tty whether the container has a terminal
   * @param ownTerminal of this process; empty if it has none
   * @return the container's exit code; 128 plus the signal's number if a signal came before the
   *     start
   * @throws UnseenMountsException if the engine does not see a held directory; nothing has started
   */
  public int run(
      boolean tty,
      Optional<Terminal> ownTerminal,
      InputStream in,
      OutputStream out,
      OutputStream err)
      throws IOException, InterruptedException, UnseenMountsException {
    String container = requireId();
    try (AttachedStreams streams = engine.attach(container, tty)) {
      Thread output = daemon("container-output", () -> copyOutput(streams, out, err));
      if (!start(container)) {
        return 128 + PASSED_ON.getOrDefault(early == null ? "TERM" : early, 15);
      }
      ownTerminal.ifPresent(Terminal::makeRaw);
      terminal = ownTerminal.orElse(null);
      resize();
      daemon("container-input", () -> sendInput(streams, in));
      try {
        int code =
            client
                .waitContainerCmd(container)
                .exec(new WaitContainerResultCallback())
                .awaitStatusCode();
        synchronized (this) {
          ended = true;
        }
        output.join(OUTPUT_GRACE.toMillis());
        return code;
      } finally {
        terminal = null;
        ownTerminal.ifPresent(Terminal::close);
      }
    }
  }

  private synchronized String requireId() {
    if (id == null) {
      throw new IllegalStateException("not created");
    }
    return id;
  }

  private synchronized boolean start(String container) throws UnseenMountsException {
    if (early != null) {
      return false;
    }
    expected.forEach(ResolvedMount::requireUnchanged);
    try {
      client.startContainerCmd(container).exec();
    } catch (DockerException e) {
      throw held.explained(e);
    }
    started = true;
    try {
      expected.stream()
          .filter(each -> !held.holds(each))
          .forEach(ResolvedMount::requireUnchangedSinceStart);
      if (expected.stream().anyMatch(held::holds)) {
        requireSeen(container);
      }
    } catch (VerificationException replaced) {
      send("KILL");
      throw replaced;
    }
    return true;
  }

  /**
   * Compares the files that the container sees with the checked ones. The engine's process numbers
   * are valid here, because it has opened {@code /proc/PID/fd} of this process.
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

  /** Returns the number of the container's first process; 0 if that has ended. */
  private long pid(String container) {
    try {
      Long pid = client.inspectContainerCmd(container).exec().getState().getPidLong();
      return pid == null ? 0 : pid;
    } catch (NotFoundException e) {
      return 0;
    }
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
            TimeUnit.MILLISECONDS.sleep(stopTimeout.toMillis());
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
        client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
      }
    } catch (NotFoundException e) {
      // Another process has removed the container.
    } finally {
      signals.close();
    }
  }
}
