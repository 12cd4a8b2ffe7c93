package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The one way in which requests are repeated: how often, and with what pauses. Only what fails with
 * a {@link PassingFailure} is tried again; any other failure is the caller's at once.
 */
@Api
public final class Retry {

  /** One attempt at something. */
  public interface Attempt<T> {
    /**
     * Makes it.
     *
     * @param number from 1 on
     * @throws PassingFailure where the next attempt may succeed
     */
    T make(int number) throws IOException;
  }

  /** Time that goes by; tests have another. */
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  private static final Logger LOG = System.getLogger(Retry.class.getName());
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  private final int attempts;
  private final Duration firstPause;
  private final Sleeper sleeper;

  /**
   * A way to repeat.
   *
   * @param attempts before it counts as failed, at least 1
   * @param firstPause before the second attempt; doubled before each further one
   */
  public Retry(int attempts, Duration firstPause) {
    this(attempts, firstPause, pause -> Thread.sleep(pause.toMillis()));
  }

  Retry(int attempts, Duration firstPause, Sleeper sleeper) {
    if (attempts < 1 || firstPause.isNegative()) {
      throw new IllegalArgumentException(attempts + " attempts, pauses of " + firstPause);
    }
    this.attempts = attempts;
    this.firstPause = firstPause;
    this.sleeper = sleeper;
  }

  /** Six attempts within about ten seconds. */
  public static Retry standard() {
    return new Retry(6, Duration.ofMillis(300));
  }

  /** Whether a status is of the kind that may be another one a moment later. */
  public static boolean mayPass(int status) {
    return PASSING.contains(status);
  }

  public int attempts() {
    return attempts;
  }

  /** Begins to count attempts. */
  public Series series() {
    return new Series();
  }

  /**
   * Attempts at one thing, which may be a long one: a transfer that breaks at several places uses
   * up the attempts of one series. For one thread.
   */
  public final class Series {

    private int failures;

    private Series() {}

    /** How many attempts have failed. */
    public int failures() {
      return failures;
    }

    /** Forgets the attempts that have failed: something was achieved by them. */
    public void restart() {
      failures = 0;
    }

    /**
     * Makes attempts until one succeeds.
     *
     * @throws PassingFailure the last one, where no attempt is left
     * @throws IOException what any attempt failed with otherwise
     */
    public <T> T run(Attempt<T> attempt) throws IOException {
      while (true) {
        try {
          return attempt.make(failures + 1);
        } catch (PassingFailure e) {
          failures++;
          if (failures >= attempts) {
            throw e;
          }
          LOG.log(Level.DEBUG, "Attempt " + failures + " failed, another one follows", e);
          pause(e);
        }
      }
    }

    /** Waits before the next attempt; a server that asked for more time gets it. */
    private void pause(PassingFailure failure) {
      // Spread by a half, so that several clients do not come back at one moment.
      double spread = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
      long backoff = (long) (firstPause.toMillis() * Math.pow(2, failures - 1) * spread);
      long millis = Math.max(backoff, failure.asked().map(Duration::toMillis).orElse(0L));
      try {
        sleeper.sleep(Duration.ofMillis(Math.min(millis, LONGEST_PAUSE.toMillis())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NetworkException("Interrupted between two attempts", e);
      }
    }
  }
}
