package ai.opencode.sandbox.egress;

import java.time.Duration;

/** The moment at which a connection is closed. Each transferred byte may defer the moment. */
final class TimeLimit {

  private volatile long end;

  /** The time from the last byte to the end, in nanoseconds; zero if bytes do not defer the end. */
  private volatile long idle;

  TimeLimit(Duration first) {
    require(first);
  }

  /** Sets the end to a time from now, which transferred bytes do not defer. */
  void require(Duration time) {
    idle = 0;
    end = System.nanoTime() + time.toNanos();
  }

  /** Sets the end to a time after the last byte. */
  void requireActivity(Duration time) {
    idle = time.toNanos();
    end = System.nanoTime() + time.toNanos();
  }

  void bytesPassed() {
    if (idle > 0) {
      end = System.nanoTime() + idle;
    }
  }

  boolean isOver() {
    return System.nanoTime() - end > 0;
  }
}
