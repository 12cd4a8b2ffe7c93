package ai.opencode.sandbox.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AheadTest {

  private final Ahead<String, Integer> ahead = new Ahead<>();
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    ahead.close();
  }

  @Test
  void runsWorkThatWasNotStarted() throws Exception {
    AtomicReference<Thread> worker = new AtomicReference<>();
    Callable<Integer> work =
        () -> {
          worker.set(Thread.currentThread());
          return 7;
        };

    assertThat(ahead.get("a", work)).isEqualTo(7);
    assertThat(worker.get()).isSameAs(Thread.currentThread());
  }

  @Test
  void makesEachKeyOnce() throws Exception {
    assertThat(ahead.get("a", calls::incrementAndGet)).isEqualTo(1);
    assertThat(ahead.get("a", calls::incrementAndGet)).isEqualTo(1);
    assertThat(ahead.get("b", calls::incrementAndGet)).isEqualTo(2);
    ahead.begin("a", calls::incrementAndGet);
    assertThat(ahead.get("a", calls::incrementAndGet)).isEqualTo(1);
    ahead.close();

    assertThat(calls).hasValue(2);
  }

  @Test
  void waitsForStartedWork() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    ahead.begin(
        "a",
        () -> {
          asked.await();
          return 7;
        });
    ahead.begin("a", calls::incrementAndGet);
    new Thread(
            () -> {
              pause();
              asked.countDown();
            })
        .start();

    assertThat(ahead.get("a", calls::incrementAndGet)).isEqualTo(7);
    assertThat(calls).hasValue(0);
  }

  @Test
  void beginsInDaemonThreads() throws Exception {
    AtomicReference<Thread> worker = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    ahead.begin(
        "a",
        () -> {
          worker.set(Thread.currentThread());
          begun.countDown();
          return 1;
        });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    assertThat(worker.get()).isNotSameAs(Thread.currentThread());
    assertThat(worker).hasValueMatching(Thread::isDaemon);
  }

  @Test
  void worksOnSeveralAtATime() throws Exception {
    CountDownLatch together = new CountDownLatch(3);
    for (String key : new String[] {"a", "b", "c"}) {
      ahead.begin(
          key,
          () -> {
            together.countDown();
            together.await();
            return 1;
          });
    }

    assertThat(together.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void findsOnlyEndedWork() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    ahead.begin(
        "a",
        () -> {
          asked.await();
          return 7;
        });

    assertThat(ahead.find("a")).isEmpty();
    assertThat(ahead.find("b")).isEmpty();
    asked.countDown();
    ahead.get("a", () -> 8);
    assertThat(ahead.find("a")).contains(7);
  }

  @Test
  void throwsFailuresUnchanged() {
    IOException io = new IOException("io");
    IllegalStateException unchecked = new IllegalStateException("unchecked");
    ahead.begin("io", failing(io));

    assertThatThrownBy(() -> ahead.get("io", calls::incrementAndGet)).isSameAs(io);
    assertThatThrownBy(() -> ahead.find("io")).isSameAs(io);
    assertThatThrownBy(() -> ahead.get("unchecked", failing(unchecked))).isSameAs(unchecked);
    assertThatThrownBy(() -> ahead.get("checked", failing(new Exception("checked"))))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("checked");
    assertThat(calls).hasValue(0);
  }

  @Test
  void dropsFailuresOfUnneededWork() throws Exception {
    ahead.begin("a", failing(new IOException("no request")));

    assertThat(ahead.get("b", () -> 1)).isEqualTo(1);
    ahead.close();
  }

  @Test
  void endsRunningWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicReference<String> end = new AtomicReference<>("never");
    ahead.begin(
        "a",
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
            return 1;
          } finally {
            pause();
            end.set("cleaned up");
          }
        });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    ahead.close();

    assertThat(end).hasValue("cleaned up");
  }

  @Test
  void endsWithoutHavingBegun() {
    ahead.close();
    ahead.close();
  }

  private static Callable<Integer> failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  private static void pause() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
