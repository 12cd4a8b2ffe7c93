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
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads from a server that fails on command. */
class DownloadTest {

  private static final byte[] CONTENT = "0123456789".repeat(5000).getBytes(UTF_8);

  /** An answer of the server. */
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore read = new Semaphore(0);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          String version = exchange.getRequestHeaders().getFirst("If-Range");
          ranges.add((range == null ? "all" : range) + (version == null ? "" : " if " + version));
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

  /** Announces the requested bytes, and breaks the connection after the client has read some. */
  private Answer breakingAfter(int bytes) {
    return exchange -> {
      int from = from(exchange);
      exchange.sendResponseHeaders(from == 0 ? 200 : 206, CONTENT.length - from);
      exchange.getResponseBody().write(CONTENT, from, bytes);
      exchange.getResponseBody().flush();
      read.acquireUninterruptibly();
    };
  }

  /** Sends the requested bytes. */
  private static Answer rest() {
    return exchange -> {
      int from = from(exchange);
      exchange.sendResponseHeaders(from == 0 ? 200 : 206, CONTENT.length - from);
      exchange.getResponseBody().write(CONTENT, from, CONTENT.length - from);
    };
  }

  private static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
  }

  /** Fetches with the registries' settings for attempts, which are the only ones. */
  private byte[] fetch(int attempts) throws IOException {
    try (InputStream in = open(attempts)) {
      return in.readAllBytes();
    }
  }

  private InputStream open(int attempts) throws IOException {
    RegistryAccess access = RegistryAccess.standard().withAttempts(attempts, Duration.ofMillis(1));
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/file";
    return new Download(false, access.network()).open(address);
  }

  /** Reads some bytes, and then breaks the connection. */
  private void readAndBreak(InputStream in, int from, int bytes) throws IOException {
    assertThat(in.readNBytes(bytes)).isEqualTo(Arrays.copyOfRange(CONTENT, from, from + bytes));
    read.release();
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
  void retriesAnUnusualStatusOfServerErrors() throws IOException {
    answers.addAll(List.of(status(599), status(429), whole()));

    assertThat(fetch(3)).isEqualTo(CONTENT);
  }

  @Test
  void asksOnceAServerThatCannotServeTheRequest() {
    answers.add(status(501));

    assertThatThrownBy(() -> fetch(3))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("answers 501")
        .hasMessageContaining("--repository");
    assertThat(ranges).hasSize(1);
  }

  @Test
  void asksOnceForAMissingFile() {
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
  void resumesAtTheByteOfTheBreak() throws IOException {
    answers.addAll(List.of(breakingAfter(7000), rest()));

    try (InputStream in = open(2)) {
      readAndBreak(in, 0, 7000);
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(CONTENT, 7000, CONTENT.length));
    }
    assertThat(ranges).containsExactly("all", "bytes=7000-");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"'\"strong\"', bytes=100- if \"strong\"", "'W/\"weak\"', bytes=100-"})
  void resumesTheSameVersionIfTheServerNamesOne(String version, String asked) throws IOException {
    Answer first = breakingAfter(100);
    Answer tagged =
        exchange -> {
          exchange.getResponseHeaders().set("ETag", version);
          first.to(exchange);
        };
    answers.addAll(List.of(tagged, rest()));

    try (InputStream in = open(2)) {
      readAndBreak(in, 0, 100);
      assertThat(in.readAllBytes()).hasSize(CONTENT.length - 100);
    }
    assertThat(ranges).containsExactly("all", asked);
  }

  @Test
  void readsTheWholeFileAgainIfItWasCompressedOnItsWay() throws IOException {
    byte[] content = new byte[200_000];
    new Random(1).nextBytes(content);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    Answer half =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, packed.size());
          exchange.getResponseBody().write(packed.toByteArray(), 0, packed.size() / 2);
          exchange.getResponseBody().flush();
          read.acquireUninterruptibly();
        };
    Answer whole =
        exchange -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
        };
    answers.addAll(List.of(half, whole));

    try (InputStream in = open(2)) {
      byte[] start = in.readNBytes(1000);
      read.release();
      assertThat(start).isEqualTo(Arrays.copyOf(content, 1000));
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, 1000, content.length));
    }
    assertThat(ranges).containsExactly("all", "all");
  }

  @Test
  void refusesAPartThatWasNotAskedFor() {
    answers.add(
        exchange -> {
          exchange.sendResponseHeaders(206, CONTENT.length - 10);
          exchange.getResponseBody().write(CONTENT, 10, CONTENT.length - 10);
        });

    assertThatThrownBy(() -> fetch(2))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("answers 206");
  }

  @Test
  void readsTheWholeFileAgainFromAServerWithoutRanges() throws IOException {
    answers.addAll(List.of(breakingAfter(7000), whole()));

    try (InputStream in = open(2)) {
      readAndBreak(in, 0, 7000);
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(CONTENT, 7000, CONTENT.length));
    }
  }

  @Test
  void allBreaksOfOneFileUseUpItsAttempts() throws IOException {
    answers.add(breakingAfter(100));

    try (InputStream in = open(3)) {
      readAndBreak(in, 0, 100);
      readAndBreak(in, 100, 100);
      readAndBreak(in, 200, 100);
      assertThatThrownBy(in::read)
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("3 attempts");
    }
    assertThat(ranges).containsExactly("all", "bytes=100-", "bytes=200-");
  }

  @Test
  void reportsAFileThatDisappearsBetweenAttempts() throws IOException {
    answers.addAll(List.of(breakingAfter(100), status(404)));

    try (InputStream in = open(3)) {
      readAndBreak(in, 0, 100);
      assertThatThrownBy(in::read).isInstanceOf(FileNotFoundException.class);
    }
  }
}
