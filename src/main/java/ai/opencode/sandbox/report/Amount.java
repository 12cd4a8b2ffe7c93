package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;

/**
 * How far a stage is. Told by several threads at once, so that one may overtake another: the
 * greatest {@code done} is the latest.
 *
 * @param stage as in {@link Progress#step}
 * @param done how much of it is through; grows to {@code total}, unless the stage fails
 * @param total known from the beginning
 */
@Api
public record Amount(String stage, Unit unit, long done, long total) {

  /** What is counted. */
  public enum Unit {
    /** Bytes as they travel, compressed; what need not travel counts as through. */
    BYTES,
    /** Files, where their sizes are not known beforehand. */
    FILES
  }

  public Amount {
    if (done < 0 || done > total) {
      throw new IllegalArgumentException(done + " of " + total);
    }
  }
}
