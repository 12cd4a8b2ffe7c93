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
 * A container from its creation to its removal. Signals are listened to from before it exists, so
 * that there is no moment in which one would end this process and leave the container behind.
 */
public final class RunningContainer implements AutoCloseable {

  /** With their numbers, which are the same on Linux and macOS. */
  private static final Map<String, Integer> PASSED_ON =
      Map.of("HUP", 1, "INT", 2, "TERM", 15, "USR2", 12);

  /** After these the container is to end, so it is made to. */
  private static final List<String> ENDING = List.of("HUP", "TERM");

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
  private @Nullable String early;

  private RunningContainer(Engine engine, HeldMounts held, Duration stopTimeout) {
    this.engine = engine;
    this.held = held;
    this.client = engine.client();
    this.stopTimeout = stopTimeout;
    this.signals = Signals.listen(List.of("HUP", "INT", "TERM", "USR2", "WINCH"), this::onSignal);
  }

  /**
   * @param held what the command mounts of it
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
   * Has the engine say what it will mount, and remembers what must still be there when it starts.
   *
   * @throws VerificationException where that is not what was judged
   * @throws UnseenMountsException where the engine has not understood what is held for it
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
                + " as it was asked to; look what answers in its place");
      }
    }
    for (InspectContainerResponse.Mount each : shown) {
      boolean named = each.getName() != null && !each.getName().isEmpty();
      boolean fromHost = each.getSource() != null && each.getSource().startsWith("/");
      if (!named && fromHost && expected.stream().noneMatch(mount -> isOf(each, mount))) {
        throw new VerificationException(
            "Not started: the engine would mount "
                + each.getSource()
                + " as well, which nobody asked for; look at its configuration");
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
    // Docker's virtual machine for macOS has the host's files in a directory of its own.
    return shown.getDestination() != null
        && shown.getDestination().getPath().equals(mount.target())
        && source.replaceFirst("^/host_mnt/", "/").equals(mount.source().toString())
        && (!mount.readonly() || Boolean.FALSE.equals(shown.getRW()));
  }

  /**
   * Starts it and waits for its end.
   *
   * @param ownTerminal of this process; absent where it has none
   * @return its exit code; 128 and the signal's number where one came before it had started
   * @throws UnseenMountsException where the engine does not see what is held, and started nothing
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
   * The engine has seen this process, so the numbers of its processes are those of this machine.
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

  /** Of its first process; 0 where that has ended. */
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
      // Nobody listens any more (a closed pipe), or the engine has gone.
      end("TERM");
    }
  }

  private static void sendInput(AttachedStreams streams, InputStream in) {
    try {
      streams.sendInput(in);
    } catch (IOException e) {
      // The container has ended before its input has: nothing is lost that somebody waits for.
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

  /** Passes a signal on after which the container must not live for long. */
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
      // It has ended meanwhile.
    } catch (DockerException e) {
      // The engine is going down, and the container with it.
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
                // It has ended, or has no terminal that could be resized.
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
      // Somebody else was faster.
    } finally {
      signals.close();
    }
  }
}
