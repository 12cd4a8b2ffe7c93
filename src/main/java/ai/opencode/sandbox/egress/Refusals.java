package ai.opencode.sandbox.egress;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The log of the requests that the proxy refuses, one line for each. A container cannot flood the
 * log: after twenty lines at once, at most one line is written in a second, and the others are only
 * counted.
 */
final class Refusals {

  private static final int MAX_AT_ONCE = 20;
  private static final long NANOS_EACH = 1_000_000_000L;

  private final Consumer<String> log;
  private final LongSupplier nanoTime;
  private long credit = MAX_AT_ONCE * NANOS_EACH;
  private long last;
  private long omitted;

  Refusals(Consumer<String> log) {
    this(log, System::nanoTime);
  }

  Refusals(Consumer<String> log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.last = nanoTime.getAsLong();
  }

  synchronized void add(String line) {
    long now = nanoTime.getAsLong();
    credit = Math.min(MAX_AT_ONCE * NANOS_EACH, credit + now - last);
    last = now;
    if (credit < NANOS_EACH) {
      omitted++;
      return;
    }
    credit -= NANOS_EACH;
    tellOmitted();
    log.accept(line);
  }

  /** Writes the number of requests whose lines were left out, if there are any. */
  synchronized void tellOmitted() {
    if (omitted > 0) {
      log.accept("the network refused " + omitted + " more requests, too many to show");
      omitted = 0;
    }
  }
}
