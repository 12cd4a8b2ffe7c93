package ai.opencode.sandbox.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The speed of an amount that grows, over the last few seconds. */
final class Pace {

  /** The time over which the speed is measured; a shorter one would make the display jump. */
  private static final long WINDOW_NANOS = 5_000_000_000L;

  /** The time after which a first speed is worth showing. */
  private static final long MIN_NANOS = 500_000_000L;

  private record Sample(long nanos, long done) {}

  private final List<Sample> samples = new ArrayList<>();

  /** Adds a measurement; one that is lower than an earlier one begins a new series. */
  void add(long nanos, long done) {
    if (!samples.isEmpty() && last().done() > done) {
      samples.clear();
    }
    samples.add(new Sample(nanos, done));
    forget(nanos);
  }

  /**
   * Returns the speed per second; empty until it can be told.
   *
   * @param nanos the time of the question, so that an amount that stopped growing becomes slow
   */
  OptionalDouble perSecond(long nanos) {
    forget(nanos);
    if (samples.isEmpty()) {
      return OptionalDouble.empty();
    }
    Sample first = samples.get(0);
    long time = nanos - first.nanos();
    long growth = last().done() - first.done();
    return time < MIN_NANOS ? OptionalDouble.empty() : OptionalDouble.of(growth * 1e9 / time);
  }

  private Sample last() {
    return samples.get(samples.size() - 1);
  }

  /** Forgets old measurements; the last one before the window is where the window begins. */
  private void forget(long now) {
    while (samples.size() > 1 && now - samples.get(1).nanos() > WINDOW_NANOS) {
      samples.remove(0);
    }
  }
}
