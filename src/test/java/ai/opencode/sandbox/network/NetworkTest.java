package ai.opencode.sandbox.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proxies and credentials, with a server that records its requests. */
class NetworkTest {

  private static final String ALICE = HttpProxy.basic("alice", "p@ss");

  @TempDir private Path folder;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String proxy = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
      String own = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(exchange.getRequestURI() + " proxy=" + proxy + " own=" + own);
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith("/elsewhere")) {
        exchange
            .getResponseHeaders()
            .add("Location", "http://localhost:" + server.getAddress().getPort() + "/file");
        exchange.sendResponseHeaders(302, -1);
      } else {
        exchange.sendResponseHeaders(
            path.startsWith("/private") && own == null ? 401 : path.startsWith("/407") ? 407 : 200,
            -1);
      }
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private NetworkSettings settings(Map<String, String> environment) {
    return NetworkSettings.of(Map.of("user.home", folder.toString()), environment);
  }

  private static int get(Network network, String address) throws IOException {
    HttpResponse<InputStream> response =
        network.send(
            HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(20)).build());
    response.body().close();
    return response.statusCode();
  }

  @Test
  void twoBuildersOfOneProcessMayGoDifferentWays() throws Exception {
    Network first =
        new Network(settings(Map.of("HTTP_PROXY", "http://alice:p%40ss@127.0.0.1:" + port())));
    Network second = new Network(settings(Map.of()));

    assertThat(get(first, "http://mirror.test/alpine")).isEqualTo(200);
    assertThat(get(second, "http://127.0.0.1:" + port() + "/direct")).isEqualTo(200);
    assertThat(get(first, "http://127.0.0.1:" + port() + "/direct")).isEqualTo(200);

    assertThat(requests)
        .containsExactly(
            "http://mirror.test/alpine proxy=" + ALICE + " own=null",
            "/direct proxy=null own=null",
            "/direct proxy=null own=null");
  }

  @Test
  void anOfflineOneSendsNothing() {
    Network network = new Network(settings(Map.of("HTTP_PROXY", "http://127.0.0.1:" + port())));
    assertThatThrownBy(() -> get(network.offline(), "http://mirror.test/alpine"))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "--offline forbids a request to mirror.test for data that is missing in the cache."
                + " Build once without --offline, or from an archive of inputs.");
    assertThat(requests).isEmpty();
  }

  @Test
  void aProxyThatRefusesIsNamedWithoutThePassword() {
    Network network =
        new Network(settings(Map.of("HTTP_PROXY", "http://alice:p%40ss@127.0.0.1:" + port())));
    assertThatThrownBy(() -> get(network, "http://mirror.test/407"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("the proxy 127.0.0.1:" + port() + " (from HTTP_PROXY)")
        .hasMessageContaining("does not accept user alice")
        .hasMessageNotContaining("p@ss")
        .hasMessageNotContaining("p%40ss");
  }

  @Test
  void aProxyThatDoesNotAnswerIsNamed() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Network network = new Network(settings(Map.of("http_proxy", "127.0.0.1:" + free)));
    assertThatThrownBy(() -> get(network, "http://mirror.test/"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("through the proxy 127.0.0.1:" + free + " (from http_proxy)");
  }

  /**
   * Runs in a process of its own: Java reads the setting once for the whole process, at the first
   * HTTP connection.
   */
  @Test
  void aPasswordIsSentToTheProxyBeforeHttpsToo() throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      ProcessBuilder builder =
          new ProcessBuilder(QuickProgram.commandOf(Tunnel.class)).redirectErrorStream(true);
      builder
          .environment()
          .put("HTTPS_PROXY", "http://alice:p%40ss@127.0.0.1:" + proxy.getLocalPort());
      builder.environment().keySet().removeAll(List.of("NO_PROXY", "no_proxy", "https_proxy"));
      Process process = builder.start();
      proxy.setSoTimeout(30_000);
      List<String> head = new ArrayList<>();
      try (Socket client = proxy.accept();
          BufferedReader in =
              new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          head.add(line);
        }
        client
            .getOutputStream()
            .write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8));
      }
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).isZero();
      assertThat(head).contains("CONNECT mirror.test:443 HTTP/1.1");
      assertThat(head).contains("Proxy-Authorization: " + ALICE);
      assertThat(said).contains("through the proxy 127.0.0.1").doesNotContain("p@ss");
    }
  }

  static final class Tunnel {
    public static void main(String[] arguments) {
      Network.allowProxyPasswords();
      try {
        System.out.println(get(Network.standard(), "https://mirror.test/"));
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void credentialsDoNotFollowARedirectToAnotherHost() throws Exception {
    String mirror = "http://127.0.0.1:" + port() + "/elsewhere";
    AddressCredentials alice = new AddressCredentials(URI.create(mirror), "alice", "p@ss");
    Retrieval retrieval =
        new Retrieval(new Network(settings(Map.of()).withCredentials(List.of(alice))));

    HttpResponse<InputStream> response =
        retrieval.get(URI.create(mirror + "/x"), address -> Optional.empty(), Map.of());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(requests)
        .containsExactly("/elsewhere/x proxy=null own=" + ALICE, "/file proxy=null own=null");
  }

  @Test
  void aServerThatAsksOnceIsToldAtOnceFromThenOn() throws Exception {
    Retrieval retrieval = new Retrieval(new Network(settings(Map.of())));
    String private1 = "http://127.0.0.1:" + port() + "/private/1";
    // Plain HTTP gets no credentials, even if .netrc has some.
    Files.writeString(folder.resolve(".netrc"), "machine 127.0.0.1 login alice password p@ss\n");
    assertThat(
            retrieval.get(URI.create(private1), address -> Optional.empty(), Map.of()).statusCode())
        .isEqualTo(401);
    assertThat(requests).allMatch(it -> it.endsWith("own=null"));

    Network network = new Network(settings(Map.of()));
    assertThat(network.authorization(URI.create("https://127.0.0.1/x"), false)).isEmpty();
    assertThat(network.authorization(URI.create("https://127.0.0.1/x"), true)).contains(ALICE);
    assertThat(network.authorization(URI.create("https://other.test/x"), true)).isEmpty();
  }
}
