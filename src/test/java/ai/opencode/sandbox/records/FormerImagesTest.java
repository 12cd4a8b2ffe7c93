package ai.opencode.sandbox.records;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FormerImagesTest {

  @Test
  void givesUpAPlaceThatNeverAnswers(@TempDir Path directory) throws Exception {
    List<String> missing = new ArrayList<>();
    // Connections wait in the socket's queue, and no one takes them.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      CacheSource place = new CacheSource("localhost:" + silent.getLocalPort() + "/team/");
      FormerImages images =
          new FormerImages(
              List.of(place),
              RegistryAccess.standard(),
              new Cache(directory),
              "1.0.0",
              Duration.ofMillis(300));
      assertThat(images.find(List.of("base", "developer"), List.of(Platform.LINUX_AMD64), missing))
          .isEmpty();
      assertThat(missing.stream().sorted().collect(joining("\n")))
          .isEqualTo(
              place
                  + ": base cannot be used: it took longer than 0 seconds\n"
                  + place
                  + ": developer cannot be used: it took longer than 0 seconds");
    }
  }
}
