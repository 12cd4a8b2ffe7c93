package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.ProgressEvent;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Progress on a console. A terminal shows one line for each stage, which is updated until the stage
 * is done. A log gets the last line of each stage, and one every five seconds from a stage that
 * takes long. Warnings are printed at the end.
 */
final class ConsoleProgress implements ShownProgress {

  private static final long REFRESH_NANOS = 80_000_000;
  private static final long LOG_INTERVAL_NANOS = 5_000_000_000L;

  /** Columns of a line on a terminal; a line that wraps could not be replaced. */
  private static final int WIDTH = 79;

  private final Console err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Set<String> shown = new HashSet<>();
  private final Map<String, Long> lastLine = new TreeMap<>();
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
   * Tells whether standard error is a terminal that understands control sequences. Java only knows
   * about standard input and output, so the system's table of open files is read; without one, a
   * file is assumed.
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
  public synchronized void report(ProgressEvent event) {
    String stage = event.stage().toString();
    switch (event.kind()) {
      case STEP -> showStep(stage, event.detail());
      case DONE -> {
        if (!isOfPlatforms(event) || shown.add(stage + " " + event.detail())) {
          showDone(stage, event.detail());
        }
      }
      case AMOUNT -> {
        // The steps beside the amounts are shown.
      }
    }
  }

  /** Tells whether each platform of a build reports the event, mostly with the same words. */
  private static boolean isOfPlatforms(ProgressEvent event) {
    return event.stage() == Stage.UPSTREAM || event.stage() == Stage.BASE;
  }

  private void showStep(String stage, String detail) {
    long now = nanoTime.getAsLong();
    Long last = lastLine.get(stage);
    if (!terminal) {
      if (last == null) {
        lastLine.put(stage, now);
      } else if (now - last >= LOG_INTERVAL_NANOS) {
        lastLine.put(stage, now);
        err.println(line(stage, detail));
      }
      return;
    }
    if (lineOpen && last != null && now - last < REFRESH_NANOS) {
      return;
    }
    lastLine.put(stage, now);
    String line = line(stage, detail);
    err.clearLine();
    err.print(line.substring(0, Math.min(WIDTH, line.length())));
    err.flush();
    lineOpen = true;
  }

  private void showDone(String stage, String detail) {
    clear();
    lastLine.remove(stage);
    err.println(line(stage, detail));
  }

  @Override
  public synchronized void warn(String sentence) {
    warnings.add(PlainText.line(sentence));
  }

  /** Prints each warning once, at the end, so that no later output hides it. */
  @Override
  public synchronized void finish() {
    clear();
    warnings.forEach(sentence -> err.println("WARNING: " + sentence));
    warnings.clear();
  }

  @Override
  public synchronized void clear() {
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
