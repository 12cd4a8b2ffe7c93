package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.sun.net.httpserver.HttpExchange;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** A registry on loopback that asks for a user and a password. */
final class APrivateRegistry implements Closeable {

  private static final ALogin LOGIN = new ALogin("robot", "s3cret");

  /** The user and the password as in a credentials file of Docker. */
  static final String AUTH = LOGIN.encoded();

  private final EmbeddedRegistry registry;
  private final ATlsServer server;

  private APrivateRegistry(EmbeddedRegistry registry, TlsIdentity identity)
      throws IOException, GeneralSecurityException {
    this.registry = registry;
    server = ATlsServer.start(identity, this::answer);
  }

  static APrivateRegistry in(Path directory, TlsIdentity identity)
      throws IOException, GeneralSecurityException {
    return new APrivateRegistry(EmbeddedRegistry.start(new BlobStore(directory)), identity);
  }

  /** Returns the host with its port. */
  String address() {
    return server.address();
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
    server.close();
    registry.close();
  }
}
