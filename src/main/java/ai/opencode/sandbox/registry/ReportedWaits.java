package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.network.Retry;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.time.Duration;

/** The report of repeated requests as steps of the stage {@code network}. */
record ReportedWaits(Progress progress) implements Retry.Waits {

  @Override
  public void repeating(String reason, int next, int attempts) {
    progress.step(Stage.NETWORK, reason + "; attempt " + next + " of " + attempts);
  }

  @Override
  public void waiting(String reason, Duration left) {
    progress.step(Stage.NETWORK, reason + "; next attempt in " + left.toSeconds() + " s");
  }
}
