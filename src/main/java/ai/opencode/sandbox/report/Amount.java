package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;

/**
 * The completed part of a stage. Several threads report amounts, so they may arrive out of order:
 * the greatest {@code done} is the latest.
 *
 * @param unit the unit of both numbers
 * @param done the completed part, which grows to {@code total} unless the stage fails
 * @param total the whole, known from the beginning
 */
@Api
public record Amount(Unit unit, long done, long total) {

  /** The unit of an amount. */
  public enum Unit {
    /** Compressed bytes; files that need no transfer count as completed. */
    BYTES,
    /** Files whose sizes are not known beforehand. */
    FILES
  }

  public Amount {
    if (done < 0 || done > total) {
      throw new IllegalArgumentException(done + " of " + total);
    }
  }
}
