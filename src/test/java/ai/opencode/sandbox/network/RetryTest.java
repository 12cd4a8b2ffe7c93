package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import com.sun.net.httpserver.HttpServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest {

  private final PassingFailure broken = new PassingFailure(new IOException("broken"));

  private final List<Duration> pauses = new ArrayList<>();
  private final List<Integer> numbers = new ArrayList<>();

  private Retry retry(int attempts, long firstMillis) {
    return new Retry(attempts, Duration.ofMillis(firstMillis), pauses::add);
  }

  /** Returns an attempt that fails with each of these in turn, then succeeds. */
  private Retry.Attempt<String> failing(IOException... failures) {
    return number -> {
      numbers.add(number);
      if (numbers.size() <= failures.length) {
        throw failures[numbers.size() - 1];
      }
      return "done";
    };
  }

  @Test
  void makesOneAttemptIfItSucceeds() throws IOException {
    assertThat(retry(3, 100).series().run(failing())).isEqualTo("done");
    assertThat(numbers).containsExactly(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void aPassingFailureIsFollowedByAnotherAttempt() throws IOException {
    Retry.Series series = retry(3, 100).series();

    assertThat(series.run(failing(broken, broken))).isEqualTo("done");
    assertThat(numbers).containsExactly(1, 2, 3);
    assertThat(series.failures()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6})
  void noMoreAttemptsAreMadeThanAreAllowed(int attempts) {
    Retry.Series series = retry(attempts, 0).series();
    IOException[] failures = new IOException[9];
    for (int i = 0; i < failures.length; i++) {
      failures[i] = new PassingFailure(new IOException("failure " + (i + 1)));
    }

    assertThatThrownBy(() -> series.run(failing(failures)))
        .isInstanceOf(PassingFailure.class)
        .hasMessage("failure " + attempts);
    assertThat(numbers).hasSize(attempts);
    assertThat(pauses).hasSize(attempts - 1);
    assertThat(series.failures()).isEqualTo(attempts);
  }

  @Test
  void otherFailuresAreThrownAtOnce() {
    for (Exception failure :
        List.of(
            new IOException("disk full"),
            new FileNotFoundException("gone"),
            new NetworkException("refused"))) {
      Retry.Attempt<String> attempt =
          number -> {
            numbers.add(number);
            if (failure instanceof IOException e) {
              throw e;
            }
            throw (RuntimeException) failure;
          };
      assertThatThrownBy(() -> retry(5, 100).series().run(attempt)).isSameAs(failure);
    }
    assertThat(numbers).containsExactly(1, 1, 1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void pausesDouble() {
    assertThatThrownBy(
            () -> retry(5, 1000).series().run(failing(broken, broken, broken, broken, broken)))
        .isSameAs(broken);

    assertThat(pauses).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(pauses.get(i).toMillis()).isBetween(750L << i, 1250L << i);
    }
  }

  @Test
  void pausesOfSeveralClientsAreSpread() throws IOException {
    for (int i = 0; i < 20; i++) {
      numbers.clear();
      retry(2, 10_000).series().run(failing(broken));
    }
    // Two random pauses may be equal to the millisecond.
    assertThat(Set.copyOf(pauses)).hasSizeGreaterThan(15);
  }

  @Test
  void noPauseIsLongerThanAMinute() throws IOException {
    retry(3, 3_600_000).series().run(failing(broken, broken));

    assertThat(pauses).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(1));
  }

  @Test
  void oneSeriesCountsOverSeveralRuns() throws IOException {
    Retry.Series series = retry(3, 100).series();
    series.run(failing(broken));
    numbers.clear();
    series.run(failing(broken));
    numbers.clear();

    assertThatThrownBy(() -> series.run(failing(broken))).isSameAs(broken);
    assertThat(numbers).containsExactly(3);
    assertThat(pauses.get(1).toMillis()).isBetween(150L, 250L);
  }

  @Test
  void progressRestartsTheCount() throws IOException {
    Retry.Series series = retry(2, 100).series();
    String done =
        series.run(
            number -> {
              numbers.add(number);
              series.restart();
              if (numbers.size() < 5) {
                throw broken;
              }
              return "done";
            });

    assertThat(done).isEqualTo("done");
    assertThat(pauses).hasSize(4).allMatch(pause -> pause.toMillis() <= 125);
  }

  @Test
  void eachSeriesCountsItsOwnAttempts() throws IOException {
    Retry retry = retry(2, 0);
    retry.series().run(failing(broken));
    numbers.clear();

    assertThat(retry.series().run(failing(broken))).isEqualTo("done");
  }

  @ParameterizedTest
  @CsvSource({"7,7000", "0,125", "61,61000", "3600,120000", "soon,125", "-4,125"})
  void aServerGetsTheTimeThatItAsksFor(String header, long millis) throws Exception {
    retry(2, 100).series().run(failing(answer(header)));

    assertThat(waited().toMillis()).isBetween(millis * 3 / 5, millis);
  }

  @Test
  void aServerMaySayWhen() throws Exception {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME
            .withLocale(Locale.ROOT)
            .format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(30));
    retry(2, 0).series().run(failing(answer(date)));
    assertThat(waited().toSeconds()).isBetween(20L, 30L);

    numbers.clear();
    pauses.clear();
    retry(2, 0).series().run(failing(answer("Mon, 03 Jun 2024 10:00:00 GMT")));
    assertThat(waited()).isZero();
  }

  @Test
  void aPauseThatAServerAsksForCanBeWatched() throws Exception {
    List<String> words = new ArrayList<>();
    retry(2, 0)
        .withWaits((reason, left) -> words.add(reason + " " + left.toSeconds()))
        .series()
        .run(failing(answer("3")));

    assertThat(words).containsExactly("127.0.0.1 answers 503 3", "127.0.0.1 answers 503 2");
  }

  @Test
  void everyRepetitionCanBeWatched() throws Exception {
    Repetitions seen = new Repetitions(new ArrayList<>());
    PassingFailure reset = new PassingFailure(new IOException("connection reset"));

    retry(4, 0)
        .withWaits(seen)
        .series(URI.create("https://mirror.example:8443/x"))
        .run(failing(reset, answer("0")));

    assertThat(seen.words)
        .containsExactly(
            "mirror.example: connection reset, 2 of 4", "127.0.0.1 answers 503, 3 of 4");
  }

  @Test
  void theLastFailureIsNoRepetition() {
    Repetitions seen = new Repetitions(new ArrayList<>());
    PassingFailure reset = new PassingFailure(new IOException("connection reset"));

    assertThatThrownBy(() -> retry(2, 0).withWaits(seen).series().run(failing(reset, reset)))
        .isSameAs(reset);
    assertThat(seen.words).containsExactly("connection reset, 2 of 2");
  }

  private record Repetitions(List<String> words) implements Retry.Waits {

    @Override
    public void repeating(String reason, int next, int attempts) {
      words.add(reason + ", " + next + " of " + attempts);
    }

    @Override
    public void waiting(String reason, Duration left) {}
  }

  @Test
  void patienceIsForAllPausesOfASeries() throws Exception {
    Retry retry = retry(6, 100).withPatience(Duration.ofSeconds(100));
    PassingFailure answer = answer("60");

    assertThatThrownBy(() -> retry.series().run(failing(answer, answer, answer, answer)))
        .isInstanceOf(PassingFailure.class)
        .hasMessage(
            "it answers 503 and asks for 60 s more after 100 s of waiting, the limit of"
                + " --network-patience");
    assertThat(waited()).isEqualTo(Duration.ofSeconds(100));
    assertThat(numbers).containsExactly(1, 2, 3);
  }

  @Test
  void withoutPatienceNoRequestedPauseIsMade() throws Exception {
    Retry retry = retry(6, 100).withPatience(Duration.ZERO);

    PassingFailure answer = answer("1");
    assertThatThrownBy(() -> retry.series().run(failing(answer)))
        .isInstanceOf(PassingFailure.class);
    assertThat(pauses).isEmpty();
  }

  private Duration waited() {
    return pauses.stream().reduce(Duration.ZERO, Duration::plus);
  }

  private static PassingFailure answer(String retryAfter) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", retryAfter);
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    server.start();
    try {
      URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      HttpResponse<Void> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding());
      PassingFailure failure = new PassingFailure(response);
      assertThat(failure).hasMessage("it answers 503");
      return failure;
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anInterruptEndsThePause() {
    Retry interrupted =
        new Retry(
            3,
            Duration.ofMillis(1),
            pause -> {
              throw new InterruptedException();
            });

    assertThatThrownBy(() -> interrupted.series().run(failing(broken)))
        .isInstanceOf(NetworkException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(numbers).containsExactly(1);
  }

  @Test
  void realPausesTakeTime() throws IOException {
    long start = System.nanoTime();
    new Retry(2, Duration.ofMillis(40)).series().run(failing(broken));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(29));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 499, 500, 502, 503, 504, 507, 520, 599})
  void someStatusesMayPass(int status) {
    assertThat(PassingStatus.includes(status)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 200, 206, 301, 400, 401, 403, 404, 405, 410, 416, 501, 505, 600, 999})
  void othersMayNot(int status) {
    assertThat(PassingStatus.includes(status)).isFalse();
  }

  @Test
  void aCertificateIsNotTrustedTheSecondTimeEither() {
    IOException untrusted = new IOException(new CertificateException("unknown authority"));
    IOException reset = new IOException("connection reset");

    assertThat(PassingFailure.unlessHopeless(untrusted)).isSameAs(untrusted);
    assertThat(PassingFailure.unlessHopeless(reset))
        .isInstanceOf(PassingFailure.class)
        .hasMessage("connection reset")
        .hasCause(reset);
  }

  @Test
  void valuesThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> retry(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> retry(1, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sixAttemptsAreStandard() {
    assertThat(Retry.standard().attempts()).isEqualTo(6);
    assertThat(NetworkSettings.standard().retry().attempts()).isEqualTo(6);
  }

  @Test
  void settingsKeepIt() {
    Retry retry = retry(2, 1);
    NetworkSettings settings = NetworkSettings.standard().withRetry(retry);

    assertThat(settings.retry()).isSameAs(retry);
    assertThat(
            settings
                .withProxies(Proxies.none())
                .withAuthorities(List.of())
                .withCredentials(List.of())
                .retry())
        .isSameAs(retry);
    assertThat(new Network(settings).retry()).isSameAs(retry);
  }
}
