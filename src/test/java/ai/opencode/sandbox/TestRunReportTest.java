package ai.opencode.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.launcher.TestIdentifier;

class TestRunReportTest {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong();
  private final TestRunReport report =
      new TestRunReport(new PrintStream(err, true, UTF_8), now::get);

  @Test
  void aLongRunHasALineEveryFifteenSeconds() {
    for (int second = 0; second < 40; second++) {
      report.executionFinished(test(second), TestExecutionResult.successful());
      if (second == 20) {
        report.executionFinished(test(99), TestExecutionResult.failed(new AssertionError()));
      }
      now.addAndGet(Duration.ofSeconds(1).toNanos());
      report.tick();
    }

    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            tests: 15 ran, 0 failed, 0 of 0 classes done, 15 s
            tests: 31 ran, 1 failed, 0 of 0 classes done, 30 s
            """);
  }

  private static TestIdentifier test(int number) {
    UniqueId id = UniqueId.forEngine("engine").append("method", "m" + number);
    return TestIdentifier.from(
        new AbstractTestDescriptor(id, "m" + number) {
          @Override
          public Type getType() {
            return TestDescriptor.Type.TEST;
          }
        });
  }
}
