package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;

/**
 * The receiver of a build's progress. Several threads call it at once. It must return quickly,
 * because the build waits for it.
 */
@Api
public interface Progress {

  /**
   * Reports progress of a stage. Only the latest detail of a stage matters: a terminal replaces the
   * previous one.
   *
   * @param stage a verb: {@code resolve}, {@code fetch}, {@code layer}, {@code image}, {@code
   *     publish}
   */
  void step(String stage, String detail);

  /** Reports the end of a stage, with its final detail. */
  void done(String stage, String detail);

  /** Reports a warning that a user must not miss, as one sentence. */
  void warn(String sentence);

  /**
   * Reports progress in numbers, for a progress bar. It accompanies {@link #step}; receivers that
   * show only words can ignore it.
   */
  default void amount(Amount amount) {}

  /** Returns a receiver that ignores everything. */
  static Progress silent() {
    return new Progress() {
      @Override
      public void step(String stage, String detail) {}

      @Override
      public void done(String stage, String detail) {}

      @Override
      public void warn(String sentence) {}
    };
  }
}
