package ai.opencode.sandbox.run;

import ai.opencode.sandbox.TlsIdentity;
import ai.opencode.sandbox.egress.NameService;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The hosts outside of a container: good.test, with HTTP and HTTPS, which serves a directory, and
 * another service of this machine's loopback that no container may reach. All names lead to
 * loopback.
 */
final class AnOutside implements AutoCloseable {

  final TlsIdentity identity;
  final HttpServer http;
  final HttpsServer https;
  private final ServerSocket forbidden;
  private final Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** The requests to good.test: path and Host field. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  final AtomicInteger connectionsToForbidden = new AtomicInteger();
  final List<String> lookups = new CopyOnWriteArrayList<>();

  /**
   * Starts the servers.
   *
   * @param directory content of good.test
   */
  AnOutside(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
    this.directory = directory;
    this.identity = TlsIdentity.forNames(directory, List.of("dns:good.test"));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    http = HttpServer.create(any, 0);
    https = HttpsServer.create(any, 0);
    https.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
    for (HttpServer each : List.of(http, https)) {
      each.setExecutor(threads);
      each.createContext("/", this::answer);
      each.start();
    }
    forbidden = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::countConnections);
  }

  private void countConnections() {
    while (!forbidden.isClosed()) {
      try {
        forbidden.accept().close();
        connectionsToForbidden.incrementAndGet();
      } catch (IOException e) {
        return;
      }
    }
  }

  int forbiddenPort() {
    return forbidden.getLocalPort();
  }

  /** Returns the addresses of all names. */
  NameService names() {
    return name -> {
      lookups.add(name);
      return List.of(InetAddress.getLoopbackAddress());
    };
  }

  /** Returns the list that allows good.test. */
  String allowed() {
    return "good.test:"
        + http.getAddress().getPort()
        + "=private,good.test:"
        + https.getAddress().getPort()
        + "=private";
  }

  String plain() {
    return "http://good.test:" + http.getAddress().getPort();
  }

  String secure() {
    return "https://good.test:" + https.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(path + " " + exchange.getRequestHeaders().getFirst("Host"));
      exchange.getRequestBody().readAllBytes();
      Path file = directory.resolve("www" + path).normalize();
      if (path.equals("/redirect")) {
        exchange.getResponseHeaders().set("Location", "http://127.0.0.1:" + forbiddenPort() + "/");
        exchange.sendResponseHeaders(302, -1);
      } else if (Files.isRegularFile(file)) {
        send(exchange, Files.readAllBytes(file));
      } else if (path.equals("/")) {
        send(exchange, "hello from good.test\n".getBytes(StandardCharsets.UTF_8));
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private static void send(HttpExchange exchange, byte[] bytes) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, head || bytes.length == 0 ? -1 : bytes.length);
    if (!head) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    http.stop(0);
    https.stop(0);
    forbidden.close();
    threads.shutdownNow();
  }
}
