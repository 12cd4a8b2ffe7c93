package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainText;
import java.io.PrintWriter;

/**
 * Progress that prints slow steps and warnings at once: the other output is a container's.
 *
 * @param lineEnd the end of a line; with a carriage return for a terminal, because a container's
 *     terminal adds none
 */
record LineProgress(PrintWriter err, String lineEnd) implements ShownProgress {

  @Override
  public void step(String stage, String detail) {
    say(stage + " " + detail);
  }

  @Override
  public void done(String stage, String detail) {}

  @Override
  public void warn(String sentence) {
    say("warning: " + sentence);
  }

  @Override
  public void clear() {}

  @Override
  public void finish() {}

  private void say(String line) {
    err.print(PlainText.line(line) + lineEnd);
    err.flush();
  }
}
