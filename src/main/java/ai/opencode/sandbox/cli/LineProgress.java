package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.ProgressEvent;
import java.io.PrintWriter;

/**
 * Progress for {@code run}, as separate lines for slow steps and for warnings. It never redraws a
 * line, because the container writes to the same terminal.
 *
 * @param lineEnd the end of a line; with a carriage return for a terminal, because a container's
 *     terminal adds none
 */
record LineProgress(PrintWriter err, String lineEnd) implements ShownProgress {

  @Override
  public void report(ProgressEvent event) {
    if (event.kind() == ProgressEvent.Kind.STEP) {
      say(event.stage() + " " + event.detail());
    }
  }

  @Override
  public void warn(String sentence) {
    say("warning: " + sentence);
  }

  @Override
  public void clear() {}

  @Override
  public void summarize() {}

  @Override
  public void finish() {}

  private void say(String line) {
    err.print(PlainText.line(line) + lineEnd);
    err.flush();
  }
}
