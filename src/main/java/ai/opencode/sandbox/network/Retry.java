package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
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
     * @param number the number of the attempt, from 1
     * @throws PassingFailure if the next attempt may succeed
     */
    T make(int number) throws IOException;
  }

  /** A listener for repetitions and their pauses; called from several threads at once. */
  public interface Waits {
    /**
     * Reports that an attempt has failed and another one follows.
     *
     * @param reason the server and its failure, such as {@code mirror.example: connection reset}
     * @param next the number of the next attempt, from 2
     * @param attempts the number of attempts after which the operation has failed
     */
    default void repeating(String reason, int next, int attempts) {}

    /**
     * Reports the time until a request is repeated; called once a second until then.
     *
     * @param reason the host and its answer, such as {@code mirror.example answers 429}
     * @param left the time until the next attempt
     */
    void waiting(String reason, Duration left);
  }

  /** A pause of the current thread, which tests replace. */
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  private static final Logger LOG = System.getLogger(Retry.class.getName());
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** The default limit of {@link #withPatience}. */
  public static final Duration PATIENCE = Duration.ofMinutes(2);

  private final int attempts;
  private final Duration firstPause;
  private final Duration patience;
  private final Waits waits;
  private final Sleeper sleeper;

  /**
   * Creates a retry.
   *
   * @param attempts the number of attempts after which the operation has failed, at least 1
   * @param firstPause the pause before the second attempt; it doubles before each further one
   */
  public Retry(int attempts, Duration firstPause) {
    this(attempts, firstPause, pause -> Thread.sleep(pause.toMillis()));
  }

  Retry(int attempts, Duration firstPause, Sleeper sleeper) {
    this(attempts, firstPause, PATIENCE, (reason, left) -> {}, sleeper);
  }

  private Retry(
      int attempts, Duration firstPause, Duration patience, Waits waits, Sleeper sleeper) {
    if (attempts < 1 || firstPause.isNegative() || patience.isNegative()) {
      throw new IllegalArgumentException(
          attempts + " attempts, pauses of " + firstPause + ", patience of " + patience);
    }
    this.attempts = attempts;
    this.firstPause = firstPause;
    this.patience = patience;
    this.waits = waits;
    this.sleeper = sleeper;
  }

  /** Returns a copy with another number of attempts, and another first pause. */
  public Retry withAttempts(int newAttempts, Duration newFirstPause) {
    return new Retry(newAttempts, newFirstPause, patience, waits, sleeper);
  }

  /** Returns a copy with no more than some attempts. */
  public Retry withAtMost(int mostAttempts) {
    return withAttempts(Math.min(attempts, mostAttempts), firstPause);
  }

  /**
   * Returns a copy with another limit for servers that request a pause ({@code Retry-After}, RFC
   * 9110, section 10.2.3).
   *
   * @param newPatience the longest total of such pauses in a series; no further attempt is made
   *     when it is used up
   */
  public Retry withPatience(Duration newPatience) {
    return new Retry(attempts, firstPause, newPatience, waits, sleeper);
  }

  /** Returns a copy with a listener for repetitions, and for pauses that servers request. */
  public Retry withWaits(Waits newWaits) {
    return new Retry(attempts, firstPause, patience, newWaits, sleeper);
  }

  /** Returns a retry with six attempts within about ten seconds. */
  public static Retry standard() {
    return new Retry(6, Duration.ofMillis(300));
  }

  public int attempts() {
    return attempts;
  }

  /** Starts a series of attempts. */
  public Series series() {
    return new Series(Optional.empty());
  }

  /** Starts a series of attempts at requests to a server, which reports of failures name. */
  public Series series(URI server) {
    return new Series(Optional.ofNullable(server.getHost()));
  }

  /**
   * The attempts at an operation, for use by a single thread. A long transfer is one operation,
   * even if it is interrupted and continued several times.
   */
  public final class Series {

    private final Optional<String> host;
    private int failures;
    private Duration waited = Duration.ZERO;

    private Series(Optional<String> host) {
      this.host = host;
    }

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
          if (e.asked().isPresent() && patienceLeft().isZero()) {
            throw e.afterWaiting(waited);
          }
          LOG.log(Level.DEBUG, "Attempt " + failures + " failed, another one follows", e);
          waits.repeating(e.reason(host), failures + 1, attempts);
          pause(e);
        }
      }
    }

    private Duration patienceLeft() {
      Duration left = patience.minus(waited);
      return left.isNegative() ? Duration.ZERO : left;
    }

    /** Waits before the next attempt: the usual pause, or as long as the server requests. */
    private void pause(PassingFailure failure) {
      // The pause varies by a quarter up and down, so that several clients do not return at the
      // same moment.
      double spread = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
      long backoff = (long) (firstPause.toMillis() * Math.pow(2, failures - 1) * spread);
      Duration pause = Duration.ofMillis(Math.min(backoff, LONGEST_PAUSE.toMillis()));
      Duration asked = failure.asked().orElse(Duration.ZERO);
      try {
        if (asked.compareTo(pause) > 0) {
          Duration left = patienceLeft();
          await(asked.compareTo(left) < 0 ? asked : left, failure.reason(host));
        } else {
          sleeper.sleep(pause);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NetworkException("Interrupted between two attempts. Run this again.", e);
      }
    }

    /** Waits for a server in steps of a second, and reports each. */
    private void await(Duration pause, String reason) throws InterruptedException {
      waited = waited.plus(pause);
      Duration left = pause;
      while (left.compareTo(SECOND) > 0) {
        waits.waiting(reason, left);
        sleeper.sleep(SECOND);
        left = left.minus(SECOND);
      }
      sleeper.sleep(left);
    }
  }
}
