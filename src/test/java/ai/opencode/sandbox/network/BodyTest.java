package ai.opencode.sandbox.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BodyTest {

  private final AtomicLong requested = new AtomicLong();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final Flow.Subscription subscription =
      new Flow.Subscription() {
        @Override
        public void request(long n) {
          requested.addAndGet(n);
        }

        @Override
        public void cancel() {
          cancelled.set(true);
        }
      };

  @Test
  void bringsEverythingInItsOrder() throws Exception {
    Body body = begun(Duration.ofSeconds(10));
    body.onNext(List.of(bytes("one "), bytes(""), bytes("two ")));
    body.onNext(List.of(bytes("three")));
    body.onComplete();

    assertThat(body.available()).isEqualTo(8);
    assertThat(new String(body.readAllBytes(), UTF_8)).isEqualTo("one two three");
    assertThat(body.read()).isEqualTo(-1);
    assertThat(requested).hasValue(4);
  }

  @Test
  void endsWhenNothingComes() throws Exception {
    Body body = begun(Duration.ofMillis(50));
    body.onNext(List.of(bytes("x")));
    assertThat(body.read()).isEqualTo('x');
    assertThatThrownBy(body::read)
        .isInstanceOf(IOException.class)
        .hasMessage("no data arrived for 0 seconds");
    assertThat(cancelled).isTrue();
  }

  @Test
  @SuppressWarnings("BusyWait")
  void endsWhenAByteComesNowAndThen() throws Exception {
    Body body = begun(Duration.ofMillis(200));
    Thread server =
        new Thread(
            () -> {
              while (!cancelled.get()) {
                body.onNext(List.of(bytes("x")));
                try {
                  Thread.sleep(10);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    server.start();
    assertThatThrownBy(body::readAllBytes)
        .isInstanceOf(IOException.class)
        .hasMessageMatching("only [0-9]+ bytes arrived in 0 seconds");
    server.join();
    assertThat(cancelled).isTrue();
  }

  @Test
  void waitsForASlowReader() throws Exception {
    Body body = begun(Duration.ofMillis(100));
    for (int i = 0; i < 5; i++) {
      body.onNext(List.of(bytes("x")));
      assertThat(body.read()).isEqualTo('x');
      Thread.sleep(50);
    }
    body.onComplete();
    assertThat(body.read()).isEqualTo(-1);
  }

  @Test
  void endsWhenItsReaderIsInterrupted() {
    Body body = begun(Duration.ofMinutes(1));
    Thread.currentThread().interrupt();
    assertThatThrownBy(body::read).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(cancelled).isTrue();
    assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessage("closed");
  }

  @Test
  void saysThatTheConnectionBrokeHoweverOftenItIsAsked() throws Exception {
    Body body = begun(Duration.ofSeconds(10));
    body.onNext(List.of(bytes("x")));
    body.onError(new IOException("connection reset"));
    assertThat(body.read()).isEqualTo('x');
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessage("connection reset");
    }
  }

  @Test
  void asksForNothingOnceItIsClosed() {
    Body body = new Body();
    body.close();
    body.onSubscribe(subscription);
    assertThat(requested).hasValue(0);
    assertThat(cancelled).isTrue();
  }

  private Body begun(Duration stalled) {
    Body body = new Body(stalled);
    body.onSubscribe(subscription);
    return body;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
