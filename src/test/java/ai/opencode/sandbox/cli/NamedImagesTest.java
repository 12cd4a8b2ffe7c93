package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.QuickProgram;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of images in a directory in which nothing was built. */
@Timeout(60)
class NamedImagesTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"base", "opencode-sandbox-base"})
  void anImageThatIsNotBuiltIsNotOneOfDockerHub(String name) throws Exception {
    Process process = start("verify", name);

    assertThat(errors(process))
        .startsWith("opencode-sandbox: " + name + " is in neither target/images nor images.")
        .contains("opencode-sandbox build " + name);
    assertThat(process.waitFor()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "bas, library/bas. Did you mean base?",
    "alpine, library/alpine.",
    "team/tool, team/tool.",
    "images, library/images. Did you mean oci:images?",
    "target/images, target/images. Did you mean oci:target/images?"
  })
  void anotherNameIsLookedForOnlyAfterALineThatSaysSo(String name, String asked) throws Exception {
    Queue<String> paths = new ConcurrentLinkedQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          paths.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      String address = "127.0.0.1:" + server.getAddress().getPort();
      Process process =
          start(
              "inspect",
              name,
              "--registry-mirror=docker.io=" + address,
              "--insecure-registry=" + address);

      List<String> lines = errors(process).lines().toList();
      assertThat(lines)
          .hasSize(2)
          .first()
          .isEqualTo(
              "No image here has the name %s, so Docker Hub is asked for %s"
                  .formatted(name, asked));
      // An end of its own is not an interruption.
      assertThat(lines.get(1)).startsWith("opencode-sandbox: ");
      assertThat(process.waitFor()).isPositive();
      assertThat(paths).anyMatch(each -> each.startsWith("/v2/" + asked.split("[.]", 2)[0] + "/"));
    } finally {
      server.stop(0);
    }
  }

  private Process start(String... words) throws Exception {
    return new ProcessBuilder(QuickProgram.command(words)).directory(directory.toFile()).start();
  }

  private static String errors(Process process) throws Exception {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
