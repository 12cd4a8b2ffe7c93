package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.Retry;
import ai.opencode.sandbox.npm.ALockedNpmPackage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import ai.opencode.sandbox.report.Progress;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tarballs of endless or excessive length, with which an npm registry could fill the disk. */
@Timeout(120)
class EndlessTarballTest {

  private static final ANpmTarball TARBALL = ANpmTarball.named("a");
  private static final LockedNpmPackage LOCKED =
      ALockedNpmPackage.of("node_modules/a", "1.0.0", TARBALL.integrity());
  private static final int MAX = 1 << 20;
  private static final Network ONE_TRY =
      new Network(Network.standard().settings().withRetry(new Retry(1, Duration.ZERO)));
  private static final List<LockedNpmPackage> SEVERAL =
      Stream.of("a", "b", "c", "d", "e", "f")
          .map(
              name ->
                  ALockedNpmPackage.of(
                      "node_modules/" + name, "1.0.0", ANpmTarball.named(name).integrity()))
          .toList();

  private interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  @TempDir private Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private Answer answer = exchange -> exchange.sendResponseHeaders(404, -1);

  @BeforeEach
  void startARegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer.give(exchange);
          }
        });
    server.start();
  }

  @AfterEach
  void stopIt() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void readsATarballOfUnknownLengthUpToTheLimit() throws IOException {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0); // without Content-Length
          try (OutputStream out = exchange.getResponseBody()) {
            byte[] zeros = new byte[1 << 16];
            while (true) {
              out.write(zeros);
            }
          }
        };

    assertThatThrownBy(() -> fetch(MAX))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("a@1.0.0.tgz: longer than the allowed " + MAX + " bytes");
    assertNothingIsKept();
  }

  @Test
  void refusesAnExcessiveLengthBeforeReadingAByte() throws IOException {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, MAX + 1L);
          exchange.getResponseBody().flush();
          try {
            Thread.sleep(60_000); // sends no byte; the client must not wait for one
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };

    assertThatThrownBy(() -> fetch(MAX))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(" has " + (MAX + 1) + " bytes according to its server")
        .hasMessageContaining("more than the allowed " + MAX + ".")
        .hasMessageContaining("Use another registry");
    assertNothingIsKept();
  }

  @Test
  void refusesAnExcessiveLengthAfterARedirect() throws IOException {
    answer =
        exchange -> {
          if (exchange.getRequestURI().getPath().startsWith("/elsewhere")) {
            exchange.sendResponseHeaders(200, Long.MAX_VALUE);
          } else {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
          }
        };

    assertThatThrownBy(() -> fetch(MAX))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(" has " + Long.MAX_VALUE + " bytes according to its server");
    assertNothingIsKept();
  }

  @Test
  void severalEndlessOnesTakeTheSpaceOfOne() throws Exception {
    int max = 48 << 20;
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            byte[] zeros = new byte[1 << 16];
            while (true) {
              out.write(zeros);
            }
          }
        };
    AtomicLong most = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    Future<?> watch =
        threads.submit(
            () -> {
              while (!over.get()) {
                most.accumulateAndGet(kept(), Math::max);
                Thread.sleep(2);
              }
              return null;
            });

    Download download = new Download(false, ONE_TRY, new OneLong(1 << 20));
    assertThatThrownBy(() -> fetch(download, max, SEVERAL))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("longer than the allowed " + max + " bytes");
    over.set(true);
    watch.get();

    assertThat(most.get()).isGreaterThan(max / 4).isLessThan(max + (16 << 20));
    assertNothingIsKept();
  }

  @Test
  void severalOrdinaryOnesDoNotWaitForEachOther() throws IOException {
    CountDownLatch all = new CountDownLatch(SEVERAL.size());
    answer =
        exchange -> {
          byte[] bytes = tarball(exchange);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes, 0, bytes.length - 1);
          exchange.getResponseBody().flush();
          all.countDown();
          try {
            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.getResponseBody().write(bytes, bytes.length - 1, 1);
        };

    fetch(new Download(false), MAX, SEVERAL);

    assertThat(all.getCount()).isZero();
  }

  @Test
  void fetchesLongOnesOneAfterTheOther() throws IOException {
    answer =
        exchange -> {
          byte[] bytes = tarball(exchange);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
        };

    Download download = new Download(false, ONE_TRY, new OneLong(1));
    fetch(download, MAX, SEVERAL);

    assertThat(directory.resolve("npm")).isDirectoryContaining(each -> true);
  }

  @Test
  void fetchesATarballOfExactlyTheLimit() throws IOException {
    byte[] bytes = TARBALL.bytes();
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
        };

    fetch(bytes.length);

    assertThat(directory.resolve("npm")).isDirectoryContaining(each -> true);
  }

  /** Returns the package that a path such as {@code /a/-/a-1.0.0.tgz} names. */
  private static byte[] tarball(HttpExchange exchange) {
    return ANpmTarball.named(exchange.getRequestURI().getPath().substring(1, 2)).bytes();
  }

  private void fetch(long maxBytes) throws IOException {
    fetch(new Download(false), maxBytes, List.of(LOCKED));
  }

  private void fetch(Download download, long maxBytes, List<LockedNpmPackage> packages)
      throws IOException {
    NpmRegistry registry =
        NpmRegistry.from(
            new NpmSettings(
                Map.of(
                    NpmRegistry.PROPERTY,
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/"),
                Map.of(),
                directory,
                directory));
    try (TarballCache tarballs =
        new TarballCache(
            new Cache(directory), download, () -> registry, Progress.silent(), maxBytes)) {
      tarballs.fetch(packages);
    }
  }

  private long kept() throws IOException {
    try (Stream<Path> parts = Files.list(directory.resolve("tmp"))) {
      return parts.mapToLong(each -> each.toFile().length()).sum();
    } catch (NoSuchFileException notYet) {
      return 0;
    }
  }

  private void assertNothingIsKept() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      assertThat(all.filter(Files::isRegularFile)).noneMatch(each -> each.toFile().length() > 1000);
    }
    assertThat(directory.resolve("npm")).doesNotExist();
  }
}
