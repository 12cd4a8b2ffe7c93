package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;

/**
 * The receiver of a build's messages. Several threads call it at once, and it must not block for
 * long, because the build waits.
 */
@Api
public interface Progress {

  /**
   * Reports a step of a stage. A terminal shows only the latest step of a stage.
   *
   * @param stage the stage's name, such as {@code resolve}, {@code fetch} or {@code publish}
   * @param detail the step, such as a file's name
   */
  void step(String stage, String detail);

  /** Reports the end of a stage, with its result. */
  void done(String stage, String detail);

  /** Reports a warning for the user. */
  void warn(String sentence);

  /**
   * Reports the completed part of a stage, for a progress bar. It is reported in addition to {@link
   * #step}, so receivers that show text only can ignore it.
   */
  default void amount(Amount amount) {}

  /** Returns a receiver that ignores all messages. */
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
