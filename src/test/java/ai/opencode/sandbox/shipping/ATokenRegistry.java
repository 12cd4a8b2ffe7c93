package ai.opencode.sandbox.shipping;

import ai.opencode.sandbox.ALogin;
import ai.opencode.sandbox.ATlsServer;
import ai.opencode.sandbox.TlsIdentity;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.sun.net.httpserver.HttpExchange;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry on loopback that gives tokens to one user, and can break in the middle of a push. */
final class ATokenRegistry implements Closeable {

  static final String USER = "robot";
  static final String PASSWORD = "s3cret";

  private static final String TOKEN = "a-token";
  private static final ALogin LOGIN = new ALogin(USER, PASSWORD);

  private final EmbeddedRegistry registry;
  private final ATlsServer server;
  private final AtomicInteger manifests = new AtomicInteger(Integer.MAX_VALUE);

  private ATokenRegistry(EmbeddedRegistry registry, TlsIdentity identity)
      throws IOException, GeneralSecurityException {
    this.registry = registry;
    server = ATlsServer.start(identity, this::answer);
  }

  static ATokenRegistry in(Path directory, TlsIdentity identity)
      throws IOException, GeneralSecurityException {
    return new ATokenRegistry(EmbeddedRegistry.start(new BlobStore(directory)), identity);
  }

  /** Returns the host with its port. */
  String address() {
    return server.address();
  }

  Optional<Descriptor> find(String repository, String tag) throws IOException {
    return registry.find(repository, tag);
  }

  /** Answers all manifests after the next ones with the status 500. */
  void breakAfterManifests(int count) {
    manifests.set(count);
  }

  void mend() {
    manifests.set(Integer.MAX_VALUE);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String authorization =
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
      if (path.equals("/token")) {
        boolean known = authorization.equals("Basic " + LOGIN.encoded());
        byte[] body = ("{\"token\":\"" + TOKEN + "\"}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(known ? 200 : 401, known ? body.length : -1);
        if (known) {
          exchange.getResponseBody().write(body);
        }
      } else if (!authorization.equals("Bearer " + TOKEN)) {
        exchange
            .getResponseHeaders()
            .set(
                "WWW-Authenticate",
                "Bearer realm=\"https://" + address() + "/token\",service=\"test\"");
        exchange.sendResponseHeaders(401, -1);
      } else if (isManifestTooMany(exchange.getRequestMethod(), path)) {
        exchange.sendResponseHeaders(500, -1);
      } else {
        ALogin.passOnWithoutLogin(
            exchange, URI.create("http://" + registry.address() + exchange.getRequestURI()));
      }
    }
  }

  private boolean isManifestTooMany(String method, String path) {
    return method.equals("PUT") && path.contains("/manifests/") && manifests.decrementAndGet() < 0;
  }

  @Override
  public void close() throws IOException {
    server.close();
    registry.close();
  }
}
