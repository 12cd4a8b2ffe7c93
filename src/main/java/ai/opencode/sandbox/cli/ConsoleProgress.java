package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Progress on a console: a terminal shows one line for each stage, which changes until the stage is
 * through; a log gets the last word of each stage, and a sign of life from one that takes long.
 * Warnings wait for the end.
 */
final class ConsoleProgress implements Progress {

  private static final long REFRESH_NANOS = 80_000_000;
  private static final long SIGN_OF_LIFE_NANOS = 5_000_000_000L;

  /** A line that wraps could not be replaced; narrower terminals are rare. */
  private static final int WIDTH = 79;

  private final Console err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Map<String, Long> lastWord = new TreeMap<>();
  private boolean lineOpen;

  ConsoleProgress(PrintWriter err, boolean terminal) {
    this(err, terminal, System::nanoTime);
  }

  ConsoleProgress(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    this.err = Console.of(err);
    this.terminal = terminal;
    this.nanoTime = nanoTime;
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
    long now = nanoTime.getAsLong();
    Long last = lastWord.get(stage);
    if (!terminal) {
      if (last == null) {
        lastWord.put(stage, now);
      } else if (now - last >= SIGN_OF_LIFE_NANOS) {
        lastWord.put(stage, now);
        err.println(line(stage, detail));
      }
      return;
    }
    if (lineOpen && last != null && now - last < REFRESH_NANOS) {
      return;
    }
    lastWord.put(stage, now);
    String line = line(stage, detail);
    err.clearLine();
    err.print(line.substring(0, Math.min(WIDTH, line.length())));
    err.flush();
    lineOpen = true;
  }

  @Override
  public synchronized void done(String stage, String detail) {
    clear();
    lastWord.remove(stage);
    err.println(line(stage, detail));
  }

  @Override
  public synchronized void warn(String sentence) {
    warnings.add(PlainText.line(sentence));
  }

  /** Says each warning, once, where nobody can have scrolled past it: at the end. */
  synchronized void finish() {
    clear();
    warnings.forEach(sentence -> err.println("WARNING: " + sentence));
    warnings.clear();
  }

  /** Leaves no half line behind. */
  synchronized void clear() {
    if (lineOpen) {
      err.clearLine();
      err.flush();
      lineOpen = false;
    }
  }

  private static String line(String stage, String detail) {
    return String.format(Locale.ROOT, "%-9s %s", stage, PlainText.line(detail));
  }
}
