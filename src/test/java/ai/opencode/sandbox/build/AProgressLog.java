package ai.opencode.sandbox.build;

import ai.opencode.sandbox.report.AProgress;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a build says, a line each: {@code step resolve: small}, {@code warn …}. */
final class AProgressLog extends AProgress {

  private final List<String> lines = new ArrayList<>();

  @Override
  public void step(String stage, String detail) {
    add("step " + stage + ": " + detail);
  }

  @Override
  public void done(String stage, String detail) {
    add("done " + stage + ": " + detail);
  }

  @Override
  public void warn(String sentence) {
    add("warn " + sentence);
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** The lines that begin with some words. */
  List<String> lines(String beginning) {
    return lines().stream().filter(line -> line.startsWith(beginning)).toList();
  }

  /** Waits until a line begins so; for what happens beside the caller. */
  synchronized void await(String beginning) throws InterruptedException {
    long end = System.nanoTime() + 20_000_000_000L;
    while (lines.stream().noneMatch(line -> line.startsWith(beginning))) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("Nothing says " + beginning + " among " + lines);
      }
      wait(left);
    }
  }
}
