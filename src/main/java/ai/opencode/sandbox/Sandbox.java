package ai.opencode.sandbox;

import ai.opencode.sandbox.failure.OptionalLibrary;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.run.RunRequest;
import ai.opencode.sandbox.run.RunResult;
import ai.opencode.sandbox.run.SandboxRun;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;

/**
 * Runs of tasks in hardened containers, by the engine of this machine (Docker or Podman):
 *
 * <pre>{@code
 * RunResult result = Sandbox.run(
 *     RunRequest.of("oci:target/images:opencode-sandbox-base")
 *         .withCommand(List.of("node", "--version"))
 *         .withTimeout(Duration.ofMinutes(1)));
 * }</pre>
 *
 * <p>Each call is one container, which is removed with its unnamed volumes before the call returns.
 * Threads may run several at once. An interruption of the calling thread ends its container at
 * once, and so does the exit of this process.
 */
@Api
public final class Sandbox {

  private Sandbox() {}

  /**
   * Runs a task and waits for its end; warnings are discarded.
   *
   * @return its exit code, {@link RunResult#TIMED_OUT} if it took too long
   * @throws UsageException if there is no engine or no such image, or if the request would undo the
   *     sandbox; the message has all reasons
   * @throws InterruptedException if this thread is interrupted; the container is gone then
   */
  public static RunResult run(RunRequest request) throws IOException, InterruptedException {
    return run(request, Progress.silent());
  }

  /**
   * Runs a task as {@link #run(RunRequest)} does.
   *
   * @param progress receives the steps before the start, and warnings
   */
  public static RunResult run(RunRequest request, Progress progress)
      throws IOException, InterruptedException {
    try {
      return new SandboxRun(progress).run(request);
    } catch (LinkageError e) {
      throw OptionalLibrary.failure(e);
    }
  }
}
