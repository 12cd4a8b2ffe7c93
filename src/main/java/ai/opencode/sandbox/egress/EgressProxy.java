package ai.opencode.sandbox.egress;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * A proxy for HTTP and HTTPS that connects a container to the hosts of a list only. It listens on a
 * Unix socket, which is mounted in the container. The socket is in a directory that only the
 * current user and root can enter, so no other user of this machine can use the proxy.
 */
public final class EgressProxy implements AutoCloseable {

  private static final int MAX_CONVERSATIONS = 128;

  /** Servers of language models and of git may send nothing for minutes before they answer. */
  private static final Duration IDLE = Duration.ofMinutes(10);

  private static final Duration LOOK = Duration.ofMillis(500);

  private final Path directory;
  private final ServerSocketChannel server;
  private final Gate gate;
  private final Refusals refusals;
  private final Duration idle;
  private final Semaphore free = new Semaphore(MAX_CONVERSATIONS);
  private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(work -> daemon("egress", work));
  private volatile boolean reached;

  private EgressProxy(
      Path directory, ServerSocketChannel server, Gate gate, Refusals refusals, Duration idle) {
    this.directory = directory;
    this.server = server;
    this.gate = gate;
    this.refusals = refusals;
    this.idle = idle;
  }

  /**
   * Starts a proxy.
   *
   * @param hosts the hosts that the proxy connects to
   * @param names the lookup of the hosts' addresses
   * @param log receives a line for each refused request
   */
  public static EgressProxy open(AllowedHosts hosts, NameService names, Consumer<String> log)
      throws IOException {
    return open(hosts, names, log, IDLE);
  }

  static EgressProxy open(
      AllowedHosts hosts, NameService names, Consumer<String> log, Duration idle)
      throws IOException {
    Path directory = TemporaryFiles.directory("opencode-sandbox-egress").toRealPath();
    try {
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      EgressProxy proxy =
          new EgressProxy(directory, server, new Gate(hosts, names), new Refusals(log), idle);
      try {
        server.bind(UnixDomainSocketAddress.of(proxy.socket()));
        // The container may run as any user id, so the socket is writable for all. The directory
        // keeps the other users of this machine out.
        Files.setPosixFilePermissions(proxy.socket(), PosixFilePermissions.fromString("rw-rw-rw-"));
      } catch (IOException | UnsupportedOperationException e) {
        server.close();
        throw new UsageException(
            "Cannot create the socket "
                + proxy.socket()
                + " of the proxy for the allowed hosts: "
                + e.getMessage()
                + ". Use another directory for temporary files, with a short path"
                + " (-Djava.io.tmpdir).",
            e);
      }
      daemon("egress-accept", proxy::accept).start();
      daemon("egress-limits", proxy::enforceLimits).start();
      return proxy;
    } catch (IOException | RuntimeException e) {
      TemporaryFiles.delete(directory);
      throw e;
    }
  }

  /** Returns the path of the socket on this machine. */
  public Path socket() {
    return directory.resolve("proxy.sock");
  }

  /** Returns whether a container has connected, which shows that the socket is mounted there. */
  public boolean wasReached() {
    return reached;
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        free.acquire();
        serve(server.accept());
      } catch (ClosedChannelException | InterruptedException e) {
        return;
      } catch (IOException e) {
        free.release();
        pause(); // The process has no free file descriptor until a connection ends.
      }
    }
  }

  private void serve(SocketChannel client) {
    reached = true;
    Conversation conversation = new Conversation(client, gate, refusals, threads, idle);
    conversations.add(conversation);
    try {
      threads.execute(
          () -> {
            try {
              conversation.run();
            } finally {
              conversations.remove(conversation);
              free.release();
            }
          });
    } catch (RejectedExecutionException e) {
      conversation.end(); // This proxy has been closed.
    }
  }

  private void enforceLimits() {
    while (server.isOpen()) {
      conversations.stream().filter(Conversation::isOver).forEach(Conversation::end);
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all connections and removes the socket. */
  @Override
  public void close() throws IOException {
    server.close();
    conversations.forEach(Conversation::end);
    threads.shutdownNow();
    refusals.tellOmitted();
    TemporaryFiles.delete(directory);
  }
}
