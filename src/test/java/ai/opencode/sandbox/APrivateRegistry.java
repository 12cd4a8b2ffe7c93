package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry on loopback that asks for a user and a password. */
final class APrivateRegistry implements Closeable {

  /** The user and the password as in a credentials file of Docker. */
  static final String AUTH =
      Base64.getEncoder().encodeToString("robot:s3cret".getBytes(StandardCharsets.UTF_8));

  private static final Set<String> NOT_PASSED_ON =
      Set.of("host", "connection", "content-length", "authorization", "transfer-encoding");

  private final EmbeddedRegistry registry;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newHttpClient();

  private APrivateRegistry(EmbeddedRegistry registry, TlsIdentity identity)
      throws IOException, GeneralSecurityException {
    this.registry = registry;
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  static APrivateRegistry in(Path directory, TlsIdentity identity)
      throws IOException, GeneralSecurityException {
    return new APrivateRegistry(EmbeddedRegistry.start(new BlobStore(directory)), identity);
  }

  /** Returns the host with its port. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  boolean has(String repository, String tag) throws IOException {
    return registry.find(repository, tag).isPresent();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!("Basic " + AUTH).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"private\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      URI address = URI.create("http://" + registry.address() + exchange.getRequestURI());
      HttpRequest.Builder request = HttpRequest.newBuilder(address);
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) -> {
                if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                  values.forEach(value -> request.header(name, value));
                }
              });
      byte[] body = exchange.getRequestBody().readAllBytes();
      request.method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      boolean head = exchange.getRequestMethod().equals("HEAD");
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (head || !NOT_PASSED_ON.contains(name)) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      byte[] content = answer.body();
      exchange.sendResponseHeaders(
          answer.statusCode(), head || content.length == 0 ? -1 : content.length);
      if (content.length > 0) {
        exchange.getResponseBody().write(content);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.shutdownNow();
    registry.close();
  }
}
