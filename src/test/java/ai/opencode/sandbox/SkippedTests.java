package ai.opencode.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end of a run in one line for each reason what was skipped, and keeps the reasons in a
 * file for {@code .ci/run}. Maven's reports have neither a class whose preparation was skipped nor
 * a factory that made no tests.
 */
public final class SkippedTests implements TestExecutionListener {

  private static final Pattern REASON = Pattern.compile("skipped: [^\\]\\n]*");

  private final Map<String, Integer> reasons = new TreeMap<>();

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    count(reason);
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      count(result.getThrowable().map(Throwable::getMessage).orElse("skipped without a reason"));
    }
  }

  /** JUnit and AssertJ put words of their own around a reason. */
  private void count(String message) {
    Matcher reason = REASON.matcher(message);
    reasons.merge(reason.find() ? reason.group() : message.strip(), 1, Integer::sum);
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
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
