package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Progress on a console: a terminal shows one line for each stage, which changes until the stage is
 * through; a log gets the last word of each stage only.
 */
final class ConsoleProgress implements Progress {

  private static final long REFRESH_NANOS = 80_000_000;
  private static final String CLEAR_LINE = "\r\u001b[2K";
  private static final int WIDTH = 100;

  private final PrintWriter err;
  private final boolean terminal;
  private final Set<String> warnings = new LinkedHashSet<>();
  private long lastStep = System.nanoTime() - REFRESH_NANOS;
  private boolean lineOpen;

  ConsoleProgress(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /**
   * Whether standard error is a terminal that understands control sequences. Java only knows about
   * standard input and output; where the system does not tell, it is taken for a file.
   */
  static boolean isTerminal() {
    String term = System.getenv("TERM");
    if (term == null || term.equals("dumb")) {
      return false;
    }
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public synchronized void step(String stage, String detail) {
    if (!terminal || System.nanoTime() - lastStep < REFRESH_NANOS) {
      return;
    }
    lastStep = System.nanoTime();
    String line = line(stage, detail);
    err.print(CLEAR_LINE + line.substring(0, Math.min(WIDTH, line.length())));
    err.flush();
    lineOpen = true;
  }

  @Override
  public synchronized void done(String stage, String detail) {
    clear();
    err.println(line(stage, detail));
  }

  @Override
  public synchronized void warn(String sentence) {
    clear();
    if (warnings.add(sentence)) {
      err.println("WARNING: " + sentence);
    }
  }

  /** Says every warning once more, where nobody can have scrolled past it. */
  synchronized void repeatWarnings() {
    clear();
    warnings.forEach(sentence -> err.println("WARNING: " + sentence));
  }

  /** Leaves no half line behind. */
  synchronized void clear() {
    if (lineOpen) {
      err.print(CLEAR_LINE);
      err.flush();
      lineOpen = false;
    }
  }

  private static String line(String stage, String detail) {
    return String.format("%-9s %s", stage, detail);
  }
}
