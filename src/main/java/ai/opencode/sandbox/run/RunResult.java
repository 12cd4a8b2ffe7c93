package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Api;

/**
 * The end of a run.
 *
 * @param exitCode the container's; {@link #TIMED_OUT} if the timeout ended it
 * @param timedOut whether the timeout ended it, for a program may end with that code too
 */
@Api
public record RunResult(int exitCode, boolean timedOut) {

  /** The exit code of a run that its timeout ended, as of timeout(1). */
  public static final int TIMED_OUT = 124;

  /** Returns the result of a run that its timeout ended. */
  static RunResult ofTimeout() {
    return new RunResult(TIMED_OUT, true);
  }
}
