package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Api;

/**
 * The result of a container's run.
 *
 * @param exitCode the exit code of the container's program; {@link #TIMED_OUT} if the timeout ended
 *     the run
 * @param timedOut whether the timeout ended the run; the exit code alone does not tell, because a
 *     program may end with the same code
 */
@Api
public record RunResult(int exitCode, boolean timedOut) {

  /** The exit code of a run that the timeout ended; timeout(1) has the same. */
  public static final int TIMED_OUT = 124;

  /** Returns the result of a run that the timeout ended. */
  static RunResult ofTimeout() {
    return new RunResult(TIMED_OUT, true);
  }
}
