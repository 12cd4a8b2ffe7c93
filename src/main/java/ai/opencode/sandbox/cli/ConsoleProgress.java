package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.report.ProgressEvent;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Progress on a console. A terminal shows the stage with the latest event as one line, with a bar
 * if the amount of work is known, and the result of each stage that is done. A log has a line for
 * the result of each stage, and every five seconds a line about a stage that is still running. If a
 * stage reports nothing for five seconds, a line says so, and again every ten seconds. Requests
 * that have been repeated for two seconds have a line too. No colours are used. Warnings are
 * printed at the end.
 */
final class ConsoleProgress implements ShownProgress {

  private static final long REFRESH_NANOS = 80_000_000;
  private static final long LOG_INTERVAL_NANOS = 5_000_000_000L;
  private static final long LOG_FIRST_SILENCE_NANOS = 5_000_000_000L;
  private static final long LOG_SILENCE_NANOS = 10_000_000_000L;

  /** A server that answers at the second or third attempt is no news. */
  private static final long LOG_REPETITION_NANOS = 2_000_000_000L;

  /** Columns of a line on a terminal of the usual width; a narrower one cuts the line itself. */
  private static final int WIDTH = 79;

  private final Console err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final StageTimes times;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final Map<Stage, RunningStage> running = new EnumMap<>(Stage.class);
  private final Map<Stage, Long> nextLine = new EnumMap<>(Stage.class);
  private final Set<String> results = new HashSet<>();
  private final Set<Stage> shown = EnumSet.noneOf(Stage.class);
  private @Nullable RunningStage latest;
  private long latestLine;
  private boolean silent;
  private boolean lineOpen;
  private @Nullable Thread watch;
  private boolean finished;

  /** Threads go on for a moment after Ctrl-C, and would draw their line after the last one. */
  private final Thread atExit = new Thread(this::interrupt, "progress at exit");

  ConsoleProgress(PrintWriter err, boolean terminal) {
    this(err, terminal, System::nanoTime);
    watch = new Thread(this::watch, "progress");
    watch.setDaemon(true);
  }

  /** Creates progress that shows the passing of time only when {@link #tick} is called. */
  ConsoleProgress(PrintWriter err, boolean terminal, LongSupplier nanoTime) {
    this.err = Console.of(err);
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.times = new StageTimes(nanoTime.getAsLong());
    this.latestLine = nanoTime.getAsLong();
  }

  /**
   * Returns whether standard error is a terminal that understands control sequences. Java only
   * knows about standard input and output, so the system's table of open files is read; without
   * one, a file is assumed.
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
    if (finished) {
      return;
    }
    long now = nanoTime.getAsLong();
    Stage stage = event.stage();
    if (stage != Stage.NETWORK) {
      running.remove(Stage.NETWORK); // nothing reports the end of a pause between requests
    }
    if (event.kind() == ProgressEvent.Kind.DONE) {
      showDone(event, now);
      return;
    }
    latest = running.computeIfAbsent(stage, begun -> new RunningStage(begun, now));
    latest.add(event, now);
    if (watch != null && watch.getState() == Thread.State.NEW) {
      startWatch(watch);
    }
    if (terminal) {
      if (!lineOpen || !shown.contains(stage) || now - latestLine >= REFRESH_NANOS) {
        shown.add(stage);
        redraw(latest, now);
      }
    } else if (event.kind() == ProgressEvent.Kind.STEP) {
      showInLog(stage, latest, now);
    }
  }

  private void startWatch(Thread thread) {
    thread.start();
    try {
      Runtime.getRuntime().addShutdownHook(atExit);
    } catch (IllegalStateException e) {
      finished = true; // The program is ending already.
    }
  }

  private void showInLog(Stage stage, RunningStage step, long now) {
    long wait = stage == Stage.NETWORK ? LOG_REPETITION_NANOS : LOG_INTERVAL_NANOS;
    Long next = nextLine.putIfAbsent(stage, now + wait);
    if (next != null && now >= next) {
      nextLine.put(stage, now + LOG_INTERVAL_NANOS);
      printed(now);
      err.println(step.logLine(now));
    }
  }

  private void printed(long now) {
    latestLine = now;
    silent = false;
  }

  private void showDone(ProgressEvent event, long now) {
    clear();
    RunningStage done = running.remove(event.stage());
    if (done != null) {
      times.add(event.stage(), done.nanosSince(now));
    }
    if (done == latest) {
      // The line shows another running stage at once, whose next event may be far away.
      latest = running.values().stream().findFirst().orElse(null);
    }
    nextLine.remove(event.stage());
    shown.remove(event.stage());
    printed(now);
    String line = RunningStage.line(event.stage(), event.detail());
    if (results.add(line) || !isOfPlatforms(event.stage())) {
      err.println(line);
    }
  }

  /** Returns whether each platform of a build reports the stage, mostly with the same result. */
  private static boolean isOfPlatforms(Stage stage) {
    return stage == Stage.UPSTREAM || stage == Stage.BASE;
  }

  private void redraw(RunningStage stage, long now) {
    String line = stage.terminalLine(now);
    err.replaceLine(line.substring(0, Math.min(WIDTH, line.length())));
    latestLine = now;
    lineOpen = true;
  }

  /** Shows that time passes while no event arrives. */
  synchronized void tick() {
    long now = nanoTime.getAsLong();
    if (latest == null) {
      return;
    }
    if (terminal) {
      redraw(latest, now);
    } else if (now - latestLine >= (silent ? LOG_SILENCE_NANOS : LOG_FIRST_SILENCE_NANOS)) {
      printed(now);
      silent = true;
      err.println(latest.silentLogLine(now));
    }
  }

  private synchronized void watch() {
    try {
      while (!finished) {
        wait(terminal ? 500 : 1000);
        tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void warn(String sentence) {
    warnings.add(PlainText.line(sentence));
  }

  @Override
  public synchronized void summarize() {
    clear();
    long now = nanoTime.getAsLong();
    // A delivery to a directory reports no result, so its stage is still running here.
    running.forEach((stage, each) -> times.add(stage, each.nanosSince(now)));
    running.clear();
    latest = null;
    times.line(now).ifPresent(err::println);
  }

  /** Prints each warning once, at the end, so that no later output hides it. */
  @Override
  public synchronized void finish() {
    clear();
    latest = null;
    warnings.forEach(sentence -> err.println("WARNING: " + sentence));
    warnings.clear();
  }

  @Override
  public synchronized void close() {
    finish();
    finished = true;
    notifyAll();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The program is ending, and this object is closed by the thread that is interrupted.
    }
  }

  private synchronized void interrupt() {
    clear();
    finished = true;
    latest = null;
    warnings.clear();
    err.println("interrupted");
  }

  @Override
  public synchronized void clear() {
    if (lineOpen) {
      err.clearLine();
      lineOpen = false;
    }
  }
}
