package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.NetworkException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often a request is made, and with what pauses.
 *
 * @param attempts before it counts as failed, at least 1
 * @param firstPause before the second attempt; doubled before each further one
 */
public record Patience(int attempts, Duration firstPause) {

  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  public Patience {
    if (attempts < 1 || firstPause.isNegative()) {
      throw new IllegalArgumentException(attempts + " attempts, pauses of " + firstPause);
    }
  }

  /** Six attempts within about ten seconds. */
  public static Patience standard() {
    return new Patience(6, Duration.ofMillis(300));
  }

  /** Whether a status is of the kind that may be another one a moment later. */
  public static boolean mayPass(int status) {
    return PASSING.contains(status);
  }

  /** When a server wants to be asked again, as seconds or as a date. */
  public static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response.headers().firstValue("Retry-After").flatMap(Patience::duration);
  }

  private static Optional<Duration> duration(String text) {
    if (text.matches("\\d{1,6}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant moment = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      Duration left = Duration.between(Instant.now(), moment);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Waits before the attempt after this one; a server that asked for more time gets it. */
  public void pause(int attempt, Optional<Duration> asked) {
    // Spread by a half, so that several clients do not come back at one moment.
    double spread = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
    long backoff = (long) (firstPause.toMillis() * Math.pow(2, attempt - 1) * spread);
    long millis = Math.max(backoff, asked.map(Duration::toMillis).orElse(0L));
    try {
      Thread.sleep(Math.min(millis, LONGEST_PAUSE.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("Interrupted between two attempts", e);
    }
  }
}
