package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files of unknown length, of which only one at a time is long. */
@Timeout(20)
class OneLongTest {

  private static final int SHORT = 10;

  private final OneLong limit = new OneLong(SHORT);

  @Test
  void shortFilesWaitForNone() throws IOException {
    try (InputStream one = file(SHORT + 1);
        InputStream other = file(SHORT)) {
      one.readNBytes(SHORT + 1);

      assertThat(other.readAllBytes()).hasSize(SHORT);
    }
  }

  @Test
  void aLongFileIsReadWhole() throws IOException {
    try (InputStream in = file(5000)) {
      assertThat(in.readAllBytes()).hasSize(5000).containsOnly(7);
    }
  }

  @Test
  void aSecondLongFileWaitsForTheEndOfTheFirst() throws Exception {
    InputStream first = file(SHORT + 2);
    first.readNBytes(SHORT + 1);
    try (InputStream second = file(SHORT + 1)) {
      second.readNBytes(SHORT);
      CompletableFuture<Integer> read = new CompletableFuture<>();
      Thread reader = new Thread(() -> complete(read, second));
      reader.start();
      while (reader.getState() != Thread.State.WAITING && reader.isAlive()) {
        Thread.onSpinWait();
      }

      assertThat(read).isNotDone();
      first.close();
      assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(7);
    }
  }

  @Test
  void aClosedFileIsNoLongerCounted() throws IOException {
    for (int i = 0; i < 3; i++) {
      InputStream in = file(SHORT + 1);
      in.readAllBytes();
      in.close();
      in.close();
    }
    try (InputStream one = file(SHORT + 1);
        InputStream other = file(SHORT + 1)) {
      one.readAllBytes();
      assertWaits(other);
    }
  }

  @Test
  void aFileThatFailsToCloseIsNoLongerCounted() throws IOException {
    InputStream failing =
        limit.limiting(
            new ByteArrayInputStream(new byte[SHORT + 1]) {
              @Override
              public void close() throws IOException {
                throw new IOException("no");
              }
            });
    failing.readAllBytes();
    assertThatThrownBy(failing::close).hasMessage("no");

    try (InputStream other = file(SHORT + 1)) {
      assertThat(other.readAllBytes()).hasSize(SHORT + 1);
    }
  }

  @Test
  void aShortFileThatIsClosedLetsNoOtherPass() throws IOException {
    try (InputStream one = file(SHORT + 1)) {
      one.readAllBytes();
      file(SHORT).close();
      assertWaits(file(SHORT + 1));
    }
  }

  /** A thread that is interrupted does not wait. */
  private static void assertWaits(InputStream in) {
    Thread.currentThread().interrupt();
    assertThatThrownBy(in::readAllBytes)
        .isInstanceOf(NetworkException.class)
        .hasMessage("Interrupted during a transfer. Run this again.");
    assertThat(Thread.interrupted()).isTrue();
  }

  private static void complete(CompletableFuture<Integer> read, InputStream in) {
    try {
      read.complete(in.read());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InputStream file(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    return limit.limiting(new ByteArrayInputStream(bytes));
  }
}
