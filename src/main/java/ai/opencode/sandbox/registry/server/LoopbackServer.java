package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.failure.UsageException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * An HTTP/1.1 server on 127.0.0.1 with one thread for each connection, which lets the kernel send
 * files.
 *
 * <p>It replaces the JDK's {@code HttpServer} for two measured reasons. The JDK's waits for ever
 * for the end of a line if a client tries TLS first, as Docker and Jib do; this one answers at once
 * with the text that Go's client takes as a sign to use plain HTTP. And unless a system property
 * changes the whole process, the JDK's answers each request on a kept connection 45 ms late.
 */
public final class LoopbackServer implements Closeable {

  /** A handler of requests, called by several threads at once. */
  public interface Handler {
    Answer answer(IncomingRequest request) throws IOException;
  }

  private static final Logger LOG = System.getLogger(LoopbackServer.class.getName());
  private static final int MAX_CONNECTIONS = 2048;
  private static final int IDLE_MILLIS = 120_000;
  private static final Duration HEAD = Duration.ofSeconds(30);
  private static final long MAX_DRAINED_BYTES = 64L << 20;
  private static final Duration FAREWELL = Duration.ofSeconds(1);
  private static final int TLS_HANDSHAKE = 0x16;

  private final ServerSocketChannel listener;
  private final Handler handler;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads;

  private LoopbackServer(ServerSocketChannel listener, Handler handler) {
    this.listener = listener;
    this.handler = handler;
    String name = "embedded-registry-" + listener.socket().getLocalPort();
    this.threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts listening on a port of 127.0.0.1.
   *
   * @param port the port; 0 for any free port
   * @throws UsageException if the port is taken
   */
  public static LoopbackServer start(int port, Handler handler) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      listener.bind(new InetSocketAddress(loopback, port), 256);
      LoopbackServer server = new LoopbackServer(listener, handler);
      server.threads.execute(server::accept);
      return server;
    } catch (BindException e) {
      listener.close();
      throw new UsageException(
          "Port " + port + " of 127.0.0.1 is taken. Choose another --port, or 0 for a free one.",
          e);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  public int port() {
    return listener.socket().getLocalPort();
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel connection = listener.accept();
        connections.add(connection);
        if (connections.size() > MAX_CONNECTIONS || !listener.isOpen()) {
          close(connection);
        } else {
          threads.execute(() -> serve(connection));
        }
      } catch (RejectedExecutionException closing) {
        return;
      } catch (IOException e) {
        if (listener.isOpen()) {
          // Most likely the process has no free file descriptors: wait for connections to end.
          LOG.log(Level.WARNING, "The embedded registry cannot accept a connection", e);
          pause();
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel connection) {
    try {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      TimedInput wire = new TimedInput(connection.socket(), IDLE_MILLIS);
      InputStream in = new BufferedInputStream(wire, 1 << 16);
      Peer peer = Peer.of(connection);
      boolean another = true;
      while (another) {
        another = serveNext(connection, wire, in, peer);
      }
    } catch (IOException clientGone) {
      LOG.log(Level.DEBUG, "A client left", clientGone);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The embedded registry failed", e);
    } finally {
      close(connection);
    }
  }

  /** Answers one request; returns whether the connection can be used for another. */
  private boolean serveNext(SocketChannel connection, TimedInput wire, InputStream in, Peer peer)
      throws IOException {
    int first = nextByte(in);
    if (first < 0) {
      return false;
    }
    if (first == TLS_HANDSHAKE) {
      refuseHttps(connection);
      return false;
    }
    IncomingRequest request;
    try {
      wire.limit(HEAD);
      request = IncomingRequest.read(in, () -> write(connection, ByteBuffer.wrap(CONTINUE)), peer);
      wire.unlimited();
    } catch (MalformedRequestException e) {
      refuse(connection, wire, Answer.error(e.status(), "UNSUPPORTED", message(e)));
      return false;
    }
    Answer answer;
    try {
      answer = handler.answer(request);
    } catch (MalformedRequestException e) {
      refuse(connection, wire, Answer.error(e.status(), "UNSUPPORTED", message(e)));
      return false;
    } catch (EOFException | SocketException | SocketTimeoutException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (!connection.isOpen()) {
        // The server was closed meanwhile, so no answer can be sent.
        throw e;
      }
      LOG.log(Level.WARNING, "The embedded registry failed at a " + request.method(), e);
      refuse(connection, wire, Answer.error(500, "UNKNOWN", message(e)));
      return false;
    }
    if (answer.closes()) {
      refuse(connection, wire, request.method().equals("HEAD") ? answer.withoutContent() : answer);
      return false;
    }
    boolean reusable = request.drain(MAX_DRAINED_BYTES) && request.keepsConnection();
    answer.writeTo(connection, request.method().equals("HEAD"), !reusable);
    return reusable;
  }

  /** Returns the byte that is read next; negative at the end. */
  private static int nextByte(InputStream in) throws IOException {
    in.mark(1);
    int next = in.read();
    in.reset();
    return next;
  }

  private static void refuseHttps(SocketChannel connection) throws IOException {
    String text = "Client sent an HTTPS request to an HTTP server.\n";
    String head = "HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\n";
    write(connection, ByteBuffer.wrap((head + text).getBytes(StandardCharsets.US_ASCII)));
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  /**
   * Sends a response without reading the rest of the request, and waits until the client has it.
   * Closing a connection with unread bytes resets it, and the client would lose the response.
   */
  private static void refuse(SocketChannel connection, TimedInput wire, Answer answer)
      throws IOException {
    answer.writeTo(connection, false, true);
    connection.shutdownOutput();
    wire.limit(FAREWELL);
    byte[] ignored = new byte[1 << 13];
    while (wire.read(ignored, 0, ignored.length) >= 0) {
      // The waiting has a time limit.
    }
  }

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      connection.write(bytes);
    }
  }

  private void close(SocketChannel connection) {
    connections.remove(connection);
    try {
      connection.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "A connection did not close", e);
    }
  }

  /** Stops listening and closes all connections. */
  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdown();
    connections.forEach(this::close);
  }
}
