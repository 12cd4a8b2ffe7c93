package ai.opencode.sandbox.egress;

import java.time.Duration;

/** The moment at which a conversation is ended, which each transferred byte may defer. */
final class TimeLimit {

  private volatile long end;

  /** Time from the last byte; zero if bytes do not count. */
  private volatile long idle;

  TimeLimit(Duration first) {
    require(first);
  }

  /** Sets an end that bytes do not defer. */
  void require(Duration time) {
    idle = 0;
    end = System.nanoTime() + time.toNanos();
  }

  /** Sets an end after a time without bytes. */
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
