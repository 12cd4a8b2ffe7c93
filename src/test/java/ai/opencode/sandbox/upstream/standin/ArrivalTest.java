package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrivalTest {

  @TempDir private Path directory;
  private final AtomicLong now = new AtomicLong();
  private final List<Long> told = new ArrayList<>();

  @Test
  void tellsTheBytesThatAProgramHasFetched() throws Exception {
    Arrival arrival = new Arrival(directory, told::add, now::get);
    arrival.look();
    Files.write(directory.resolve("a.deb"), new byte[1000]);
    arrival.look();
    arrival.look();
    Files.createDirectories(directory.resolve("partial"));
    Files.write(directory.resolve("partial/b.deb"), new byte[500]);
    arrival.look();

    assertThat(told).containsExactly(1000L, 1500L);
  }

  @Test
  void failsWhenNothingHasArrivedForAMinute() throws Exception {
    Arrival arrival = new Arrival(directory, told::add, now::get);
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    arrival.look();
    Files.write(directory.resolve("a.deb"), new byte[1000]);
    arrival.look();
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    arrival.look();
    now.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThatThrownBy(arrival::look)
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "apt-get has received nothing for 60 s. Check that Debian's mirror can be reached.");
  }

  @Test
  void aDirectoryThatIsNotThereYetIsEmpty() throws Exception {
    new Arrival(directory.resolve("later"), told::add, now::get).look();

    assertThat(told).isEmpty();
  }
}
