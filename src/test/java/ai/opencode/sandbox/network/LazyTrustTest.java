package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.TlsIdentity;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class LazyTrustTest {

  private static final String STORE = "javax.net.ssl.trustStore";
  private static final String STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

  @TempDir private Path folder;
  private TlsIdentity identity;
  private HttpsServer server;

  @BeforeEach
  void startServer() throws Exception {
    identity = TlsIdentity.forLocalhost(folder);
    startServer("127.0.0.1");
  }

  private void startServer(String host) throws Exception {
    server = HttpsServer.create(new InetSocketAddress(host, 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
    server.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    server.start();
  }

  @AfterEach
  void stopServer() {
    System.clearProperty(STORE);
    System.clearProperty(STORE_PASSWORD);
    server.stop(0);
  }

  @Test
  void refusesAServerThatTheJdkHasNoReasonToTrust() {
    assertThatThrownBy(() -> ask("localhost")).isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void trustsTheAuthoritiesOfTheJdk() throws Exception {
    System.setProperty(STORE, identity.trustStore(folder).toString());
    System.setProperty(STORE_PASSWORD, identity.password());
    assertThat(ask("localhost")).isEqualTo(204);
  }

  @Test
  void refusesATrustedServerUnderAnotherName() throws Exception {
    System.setProperty(STORE, identity.trustStore(folder).toString());
    System.setProperty(STORE_PASSWORD, identity.password());
    server.stop(0);
    startServer("127.0.0.2");
    // The certificate is for localhost and 127.0.0.1.
    assertThatThrownBy(() -> ask("127.0.0.2")).isInstanceOf(SSLHandshakeException.class);
  }

  private int ask(String host) throws IOException, InterruptedException {
    URI address = URI.create("https://" + host + ":" + server.getAddress().getPort() + "/");
    return HttpClient.newBuilder()
        .sslContext(LazyTrust.context(List.of()))
        .build()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
