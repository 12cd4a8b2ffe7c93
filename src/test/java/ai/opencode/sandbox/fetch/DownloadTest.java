package ai.opencode.sandbox.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.registry.RegistryAccess;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a file whose server fails, over a server that fails as it is told. */
class DownloadTest {

  private static final byte[] CONTENT = "0123456789".repeat(5000).getBytes(UTF_8);

  /** One answer of the server. */
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          ranges.add(range == null ? "all" : range);
          Answer answer = answers.size() > 1 ? answers.remove(0) : answers.get(0);
          try {
            answer.to(exchange);
          } finally {
            exchange.close();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private static Answer whole() {
    return exchange -> {
      exchange.sendResponseHeaders(200, CONTENT.length);
      exchange.getResponseBody().write(CONTENT);
    };
  }

  /** Promises everything, and ends after some bytes. */
  private static Answer breakingAfter(int bytes) {
    return exchange -> {
      exchange.sendResponseHeaders(200, CONTENT.length);
      exchange.getResponseBody().write(CONTENT, 0, bytes);
      exchange.getResponseBody().flush();
    };
  }

  /** Sends what is left, or so much of it. */
  private static Answer rest(int from, int bytes) {
    return exchange -> {
      exchange.sendResponseHeaders(206, CONTENT.length - from);
      exchange.getResponseBody().write(CONTENT, from, bytes);
      exchange.getResponseBody().flush();
    };
  }

  /** The network as registries are told to use it: there is no other setting. */
  private byte[] fetch(int attempts) throws IOException {
    RegistryAccess access =
        RegistryAccess.standard().withAttempts(attempts, Duration.ofMillis(1));
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/file";
    try (InputStream in = new Download(false, access.network()).open(address)) {
      return in.readAllBytes();
    }
  }

  @Test
  void attemptsSetForRegistriesCountForPackagesToo() {
    answers.add(status(503));

    assertThatThrownBy(() -> fetch(2))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("it answers 503, 2 attempts")
        .hasMessageContaining("--repository");
    assertThat(ranges).hasSize(2);
  }

  @Test
  void everyStatusOfTheServersOwnMayPass() throws IOException {
    answers.addAll(List.of(status(599), status(429), whole()));

    assertThat(fetch(3)).isEqualTo(CONTENT);
  }

  @Test
  void whatIsNotThereIsAskedForOnce() {
    answers.add(status(404));
    assertThatThrownBy(() -> fetch(3)).isInstanceOf(FileNotFoundException.class);
    answers.set(0, status(410));
    assertThatThrownBy(() -> fetch(3)).isInstanceOf(FileNotFoundException.class);
    answers.set(0, status(403));
    assertThatThrownBy(() -> fetch(3)).isInstanceOf(AuthenticationException.class);
    answers.set(0, status(418));
    assertThatThrownBy(() -> fetch(3)).isInstanceOf(UsageException.class);

    assertThat(ranges).hasSize(4);
  }

  @Test
  void readingGoesOnAtTheByteWhereItBroke() throws IOException {
    answers.addAll(List.of(breakingAfter(7000), rest(7000, 43_000)));

    assertThat(fetch(2)).isEqualTo(CONTENT);
    assertThat(ranges).containsExactly("all", "bytes=7000-");
  }

  @Test
  void aServerWithoutRangesBeginsAgain() throws IOException {
    answers.addAll(List.of(breakingAfter(7000), whole()));

    assertThat(fetch(2)).isEqualTo(CONTENT);
  }

  @Test
  void allBreaksOfOneFileUseUpItsAttempts() {
    answers.addAll(
        List.of(breakingAfter(100), rest(100, 100), rest(200, 100), rest(300, 49_700)));

    assertThatThrownBy(() -> fetch(3))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("3 attempts");
    assertThat(ranges).containsExactly("all", "bytes=100-", "bytes=200-");
  }

  @Test
  void aFileThatDisappearsMeanwhileIsNotThere() {
    answers.addAll(List.of(breakingAfter(100), status(404)));

    assertThatThrownBy(() -> fetch(3)).isInstanceOf(FileNotFoundException.class);
  }
}
