package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Api;

/**
 * Receives what a build has to say while it runs. Called from several threads at once; must not
 * block for long, because the build waits meanwhile.
 */
@Api
public interface Progress {

  /**
   * A stage has got somewhere. Only the latest word about a stage matters: a terminal replaces the
   * one before.
   *
   * @param stage a verb: {@code resolve}, {@code fetch}, {@code layer}, {@code image}, {@code
   *     publish}
   */
  void step(String stage, String detail);

  /** A stage is through; the last word about it. */
  void done(String stage, String detail);

  /** Something that a user must not miss, as one sentence. */
  void warn(String sentence);

  /**
   * How far a stage is, in numbers, for a bar rather than for words. Comes beside {@link #step};
   * whoever needs words only may ignore it.
   */
  default void amount(Amount amount) {}

  /** For callers that do not watch. */
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
