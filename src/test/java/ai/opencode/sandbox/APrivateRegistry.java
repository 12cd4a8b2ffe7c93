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
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry on loopback that asks for a user and a password. */
final class APrivateRegistry implements Closeable {

  private static final ALogin LOGIN = new ALogin("robot", "s3cret");

  /** The user and the password as in a credentials file of Docker. */
  static final String AUTH = LOGIN.encoded();

  private final EmbeddedRegistry registry;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

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
      LOGIN.passOn(exchange, URI.create("http://" + registry.address() + exchange.getRequestURI()));
    }
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    threads.shutdownNow();
    registry.close();
  }
}
