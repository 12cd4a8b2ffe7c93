package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.Progress;

/** Progress on standard error beside a command's own output, until it is closed. */
interface ShownProgress extends Progress, AutoCloseable {

  /** Removes a line that is not finished, before output to the same terminal. */
  void clear();

  /** Prints the times of the stages, after a success. */
  void summarize();

  /** Prints what was kept for the end, such as warnings. */
  void finish();

  @Override
  default void close() {
    finish();
  }
}
