package ai.opencode.sandbox.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.run.AnEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AttachedStreamsTest {

  private static final String UPGRADED = "HTTP/1.1 101 UPGRADED";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static byte[] frame(int stream, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[8 + bytes.length];
    frame[0] = (byte) stream;
    frame[6] = (byte) (bytes.length >> 8);
    frame[7] = (byte) bytes.length;
    System.arraycopy(bytes, 0, frame, 8, bytes.length);
    return frame;
  }

  private static AttachedStreams attach(AnEngine engine, boolean tty) throws IOException {
    return AttachedStreams.open(engine.address(), null, "id", tty);
  }

  @Test
  void takesOutputAndErrorsApart() throws IOException {
    try (AnEngine engine =
            AnEngine.answering(
                UPGRADED,
                frame(1, "one"),
                frame(2, "oh"),
                frame(1, ""),
                frame(1, "x".repeat(40_000)));
        AttachedStreams streams = attach(engine, false)) {
      streams.copyOutput(out, err);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("one" + "x".repeat(40_000));
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("oh");
  }

  /** A prompt is short, and nothing follows it until somebody types. */
  @Test
  void holdsBackNothingOfATerminal() throws IOException {
    try (AnEngine engine = AnEngine.answering(UPGRADED, "$ ".getBytes(StandardCharsets.UTF_8));
        AttachedStreams streams = attach(engine, true)) {
      streams.copyOutput(out, err);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("$ ");
  }

  @Test
  void tellsTheEndOfTheInput() throws Exception {
    try (AnEngine engine = AnEngine.answering(UPGRADED);
        AttachedStreams streams = attach(engine, false)) {
      streams.sendInput(new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)));

      assertThat(engine.received().get(10, TimeUnit.SECONDS)).isEqualTo("hello");
    }
  }

  @Test
  void namesTheEnginesReason() throws IOException {
    String body =
        "{\"cause\":\"x\",\"message\":\"setting \\\"rlimit\\\" type 7:\\nnot permitted\"}";
    try (AnEngine engine =
        AnEngine.answering(
            "HTTP/1.1 409 Conflict\r\nContent-Length: " + body.length(),
            body.getBytes(StandardCharsets.UTF_8))) {
      assertThatThrownBy(() -> attach(engine, false))
          .isInstanceOf(NetworkException.class)
          .hasMessageStartingWith(
              "Cannot attach to the container: setting \"rlimit\" type 7: not permitted (");
    }
  }

  /** The engine's end of the connection stays open, as with keep-alive. */
  @Test
  void awaitsNothingBehindARefusal() throws IOException {
    for (String answer :
        List.of(
            "HTTP/1.1 409 Conflict\r\n\r\n",
            "HTTP/1.1 409 Conflict\r\nContent-Length: 5\r\n\r\nno {}")) {
      try (AnEngine engine = AnEngine.keepingOpen(answer)) {
        assertThatThrownBy(() -> attach(engine, false))
            .isInstanceOf(NetworkException.class)
            .hasMessageContaining("the engine answered HTTP/1.1 409 Conflict.");
      }
    }
  }

  @Test
  void refusesAnotherAnswer() throws IOException {
    try (AnEngine engine = AnEngine.answering("HTTP/1.1 404 Not Found")) {
      assertThatThrownBy(() -> attach(engine, false))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("404 Not Found");
    }
  }

  @Test
  void noticesThatAFrameIsCut() throws IOException {
    byte[] whole = frame(1, "hello");
    try (AnEngine engine = AnEngine.answering(UPGRADED, Arrays.copyOf(whole, 10));
        AttachedStreams streams = attach(engine, false)) {
      assertThatThrownBy(() -> streams.copyOutput(out, err))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("3 bytes early");
    }
  }
}
