package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;

/**
 * A stage's progress in numbers. Several threads report it, so amounts may arrive out of order: the
 * greatest {@code done} is the latest.
 *
 * @param stage as in {@link Progress#step}
 * @param done the finished part; grows to {@code total} unless the stage fails
 * @param total known from the beginning
 */
@Api
public record Amount(String stage, Unit unit, long done, long total) {

  /** The unit of the numbers. */
  public enum Unit {
    /** Compressed bytes; bytes that are already in the cache count as done. */
    BYTES,
    /** Files, if their sizes are not known in advance. */
    FILES
  }

  public Amount {
    if (done < 0 || done > total) {
      throw new IllegalArgumentException(done + " of " + total);
    }
  }
}
