package ai.opencode.sandbox.run;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The times after which a container is ended.
 *
 * @param timeout the time for the whole run, with the pull of its image; null for no limit
 * @param stopTimeout the time from SIGTERM or SIGHUP until the container is killed
 */
@Api
public record TimeLimits(@Nullable Duration timeout, Duration stopTimeout) {

  /**
   * Creates limits.
   *
   * @throws UsageException if a time is negative, or the timeout is zero
   */
  public TimeLimits {
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new UsageException(
          "A timeout of 0 would end every run at once. Use a longer one, or leave it out.");
    }
    if (stopTimeout.isNegative()) {
      throw new UsageException(
          "The time until a container is killed cannot be negative. Use 0 or more.");
    }
  }

  /** Returns limits without timeout, and with ten seconds until a container is killed. */
  public static TimeLimits standard() {
    return new TimeLimits(null, Duration.ofSeconds(10));
  }

  public TimeLimits withTimeout(@Nullable Duration newTimeout) {
    return new TimeLimits(newTimeout, stopTimeout);
  }

  public TimeLimits withStopTimeout(Duration newStopTimeout) {
    return new TimeLimits(timeout, newStopTimeout);
  }

  /** Returns the timeout in the form that a user writes, such as {@code 1h30m}. */
  String timeoutText() {
    return String.valueOf(timeout).replace("PT", "").toLowerCase(Locale.ROOT);
  }
}
