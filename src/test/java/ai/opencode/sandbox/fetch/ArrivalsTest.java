package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

  private static final int MEGABYTE = 1 << 20;

  private final Arrivals<String> arrivals = new Arrivals<>();
  private final AtomicInteger calls = new AtomicInteger();

  @Test
  void callWhileTheirTasksRun() throws IOException {
    List<Callable<Long>> tasks = List.of(() -> read("a"));

    assertThat(arrivals.run(tasks, calls::incrementAndGet)).containsExactly((long) MEGABYTE);

    assertThat(calls).hasPositiveValue().hasValueLessThanOrEqualTo(4);
    assertThat(arrivals.of("a")).isBetween(MEGABYTE / 2L, (long) MEGABYTE);
    assertThat(arrivals.of("b")).isZero();
  }

  @Test
  void doNotCallAfterTheirTasks() throws IOException {
    arrivals.run(List.of(() -> 1), calls::incrementAndGet);
    List<Callable<Integer>> failing =
        List.of(
            () -> {
              throw new IOException("it fails");
            });
    assertThatThrownBy(() -> arrivals.run(failing, calls::incrementAndGet)).hasMessage("it fails");

    read("a");

    assertThat(calls).hasValue(0);
  }

  private long read(String name) throws IOException {
    try (InputStream in = arrivals.counting(name, new ByteArrayInputStream(new byte[MEGABYTE]))) {
      return in.readAllBytes().length;
    }
  }
}
