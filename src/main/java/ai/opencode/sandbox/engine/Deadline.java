package ai.opencode.sandbox.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The moment at which a run has to end, if there is one. */
public final class Deadline {

  private static final Deadline NONE = new Deadline(0, false);

  /** Longer times would overflow the clock's number of nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final long end;
  private final boolean limited;

  private Deadline(long end, boolean limited) {
    this.end = end;
    this.limited = limited;
  }

  /** Returns a deadline that never comes. */
  public static Deadline none() {
    return NONE;
  }

  /** Returns the deadline at a distance from now; one that never comes for null. */
  public static Deadline in(@Nullable Duration time) {
    return time == null || time.compareTo(LONGEST) > 0
        ? NONE
        : new Deadline(System.nanoTime() + time.toNanos(), true);
  }

  public boolean isOver() {
    return limited && end - System.nanoTime() <= 0;
  }

  /** Returns the milliseconds until then, rounded up; 0 if it is over. */
  long millisLeft() {
    if (!limited) {
      return Long.MAX_VALUE;
    }
    long left = end - System.nanoTime();
    return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1;
  }

  /**
   * Ends a step that came too late.
   *
   * @throws DeadlineException if the deadline is over
   */
  public void require() {
    if (isOver()) {
      throw new DeadlineException();
    }
  }
}
