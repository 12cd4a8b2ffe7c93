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
 * The repetition of requests: the number of attempts and the pauses between them. Only a {@link
 * PassingFailure} causes a repetition; the caller receives any other failure at once.
 */
@Api
public final class Retry {

  /** An operation that can be repeated. */
  public interface Attempt<T> {
    /**
     * Makes the attempt.
     *
     * @param number counting from 1
     * @throws PassingFailure if the next attempt may succeed
     */
    T make(int number) throws IOException;
  }

  /** The passing of time; tests replace it. */
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
   * Creates a retry.
   *
   * @param attempts until the operation has failed, at least 1
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

  /** Returns six attempts within about ten seconds. */
  public static Retry standard() {
    return new Retry(6, Duration.ofMillis(300));
  }

  /** Returns whether an HTTP status may be temporary. */
  public static boolean mayPass(int status) {
    return PASSING.contains(status);
  }

  public int attempts() {
    return attempts;
  }

  /** Starts a series of attempts. */
  public Series series() {
    return new Series();
  }

  /**
   * The attempts at one operation, which may be long: interruptions of a transfer at several places
   * count as attempts of the same series. Not for use by several threads.
   */
  public final class Series {

    private int failures;

    private Series() {}

    /** Returns the number of failed attempts. */
    public int failures() {
      return failures;
    }

    /** Resets the number of failed attempts after one of them made progress. */
    public void restart() {
      failures = 0;
    }

    /**
     * Makes attempts until one succeeds.
     *
     * @throws PassingFailure the failure of the last attempt
     * @throws IOException any other failure of an attempt
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

    /** Waits before the next attempt, at least as long as the server demands. */
    private void pause(PassingFailure failure) {
      // The pause varies by a quarter up and down, so that several clients do not return at the
      // same moment.
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
