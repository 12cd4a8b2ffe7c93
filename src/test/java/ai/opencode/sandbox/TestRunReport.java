package ai.opencode.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * A line when the tests begin, one when they end, and one for each reason for which tests were
 * skipped; {@code .ci/run} reads the reasons from a file. Maven's quiet runs print nothing, and its
 * reports have neither a class whose preparation was skipped nor a factory that made no tests.
 */
public final class TestRunReport implements TestExecutionListener {

  private static final Pattern REASON = Pattern.compile("skipped: [^\\]\\n]*");

  private final Map<String, Integer> reasons = new TreeMap<>();

  private final AtomicInteger run = new AtomicInteger();
  private final long begun = System.nanoTime();

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    long classes =
        plan.getRoots().stream().mapToLong(engine -> plan.getChildren(engine).size()).sum();
    System.err.println("tests: running those of " + classes + " classes");
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    count(reason);
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      count(result.getThrowable().map(Throwable::getMessage).orElse("skipped without a reason"));
    } else if (test.isTest()) {
      run.incrementAndGet();
    }
  }

  /** Counts a reason without the words that JUnit and AssertJ put around it. */
  private void count(String message) {
    Matcher reason = REASON.matcher(message);
    reasons.merge(reason.find() ? reason.group() : message.strip(), 1, Integer::sum);
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
    System.err.println("tests: " + run + " ran, in " + seconds + " s");
    reasons.forEach((reason, count) -> System.err.println(reason + " (" + count + ")"));
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
