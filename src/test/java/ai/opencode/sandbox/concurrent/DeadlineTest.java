package ai.opencode.sandbox.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeadlineTest {

  private final CountDownLatch interrupted = new CountDownLatch(1);

  @Test
  void returnsWhatIsReadyInTime() throws Exception {
    assertThat(Deadline.after(Duration.ofSeconds(20)).run(() -> 7)).isEqualTo(7);
  }

  @Test
  void interruptsWhatTakesLonger() {
    assertThatThrownBy(() -> Deadline.after(Duration.ofMillis(50)).run(this::endless))
        .isInstanceOf(IOException.class)
        .hasMessage("it took longer than 0 seconds");
    assertThat(interrupted.getCount()).isZero();
  }

  @Test
  void throwsTheFailureOfTheWork() {
    Deadline deadline = Deadline.after(Duration.ofSeconds(20));
    IOException broken = new IOException("broken");
    assertThatThrownBy(
            () ->
                deadline.run(
                    () -> {
                      throw broken;
                    }))
        .isSameAs(broken);
  }

  @Test
  void endsTheWorkWhenTheWaitingThreadIsInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Deadline.after(Duration.ofSeconds(20)).run(this::endless))
        .isInstanceOf(NetworkException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private int endless() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
    return 0;
  }
}
