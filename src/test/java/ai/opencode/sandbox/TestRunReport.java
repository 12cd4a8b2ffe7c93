package ai.opencode.sandbox;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * A line when the tests begin, one every 15 seconds until they end, one then, and one for each
 * reason for which tests were skipped; {@code .ci/run} reads the reasons from a file. Maven's quiet
 * runs print nothing, and its reports have neither a class whose preparation was skipped nor a
 * factory that made no tests.
 */
public final class TestRunReport implements TestExecutionListener {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final Pattern REASON = Pattern.compile("skipped: [^\\]\\n]*");

  private final Map<String, Integer> reasons = new TreeMap<>();

  private final PrintStream err;
  private final LongSupplier nanoTime;
  private final Set<String> classes = ConcurrentHashMap.newKeySet();
  private final AtomicInteger run = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger doneClasses = new AtomicInteger();
  private final long begun;
  private long latestLine;
  private boolean finished;

  /** Creates the report of this process, which the launcher finds by its name. */
  public TestRunReport() {
    this(System.err, System::nanoTime);
  }

  TestRunReport(PrintStream err, LongSupplier nanoTime) {
    this.err = err;
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
    this.latestLine = begun;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    plan.getRoots().stream()
        .flatMap(engine -> plan.getChildren(engine).stream())
        .map(TestIdentifier::getUniqueId)
        .forEach(classes::add);
    err.println("tests: running those of " + classes.size() + " classes");
    Thread watch = new Thread(this::watch, "test report");
    watch.setDaemon(true);
    watch.start();
  }

  private synchronized void watch() {
    try {
      while (!finished) {
        wait(1000);
        tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Prints a line, unless the latest one is too new. */
  synchronized void tick() {
    long now = nanoTime.getAsLong();
    if (finished || now - latestLine < INTERVAL_NANOS) {
      return;
    }
    latestLine = now;
    err.println(
        "tests: "
            + run
            + " ran, "
            + failed
            + " failed, "
            + doneClasses
            + " of "
            + classes.size()
            + " classes done, "
            + seconds(now)
            + " s");
  }

  private long seconds(long now) {
    return TimeUnit.NANOSECONDS.toSeconds(now - begun);
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    count(reason);
    if (classes.contains(test.getUniqueId())) {
      doneClasses.incrementAndGet();
    }
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      count(result.getThrowable().map(Throwable::getMessage).orElse("skipped without a reason"));
    } else if (test.isTest()) {
      run.incrementAndGet();
    }
    if (result.getStatus() == TestExecutionResult.Status.FAILED) {
      failed.incrementAndGet();
    }
    if (classes.contains(test.getUniqueId())) {
      doneClasses.incrementAndGet();
    }
  }

  /** Counts a reason without the words that JUnit and AssertJ put around it. */
  private void count(String message) {
    Matcher reason = REASON.matcher(message);
    reasons.merge(reason.find() ? reason.group() : message.strip(), 1, Integer::sum);
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
    finished = true;
    notifyAll();
    err.println("tests: " + run + " ran, in " + seconds(nanoTime.getAsLong()) + " s");
    reasons.forEach((reason, count) -> err.println(reason + " (" + count + ")"));
    String file = System.getProperty("sandbox.test.skipped");
    if (file != null) {
      try {
        Files.writeString(
            Path.of(file),
            String.join("", reasons.keySet().stream().map(each -> each + "\n").toList()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
