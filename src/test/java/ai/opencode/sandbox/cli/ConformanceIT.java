package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official conformance suite of distribution-spec, run against {@code serve --push}. */
@Timeout(180)
@Tag("oracle")
class ConformanceIT {

  @TempDir private Path directory;

  @Test
  void passesAllOfTheSuite() throws Exception {
    Optional<Path> program = program();
    assumeTrue(
        program.isPresent(),
        "skipped: no conformance suite; build it with Go, or name it with"
            + " -Dsandbox.conformance=FILE");
    BlobStore source = new BlobStore(directory.resolve("source"));
    OciLayout layout = new OciLayout(directory.resolve("images"));
    layout.put(
        source, Map.of("tools", AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(source)));
    Path results = directory.resolve("results");
    Path log = directory.resolve("log");
    try (EmbeddedRegistry registry = EmbeddedRegistry.serveWithPush(layout, 0)) {
      ProcessBuilder suite =
          new ProcessBuilder(program.get().toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      suite
          .environment()
          .putAll(
              Map.of(
                  "OCI_REGISTRY",
                  registry.address(),
                  "OCI_TLS",
                  "disabled",
                  "OCI_DATA_SHA512",
                  "false",
                  "OCI_RESULTS_DIR",
                  results.toString()));
      Process running = suite.start();
      assertThat(running.waitFor(150, TimeUnit.SECONDS)).isTrue();
      assertThat(running.exitValue()).as(() -> read(log)).isZero();
    }
    assertThat(read(results.resolve("junit.xml")))
        .containsPattern("<testsuites[^>]* tests=\"7\\d\\d\"")
        .contains("failures=\"0\" errors=\"0\"");
  }

  private static Optional<Path> program() {
    List<Path> places = new ArrayList<>();
    places.add(Path.of(System.getProperty("sandbox.conformance", "")));
    places.add(Path.of(System.getenv().getOrDefault("GOBIN", ""), "conformance"));
    places.add(Path.of(System.getProperty("user.home", ""), "go", "bin", "conformance"));
    for (String place : System.getenv("PATH").split(":", -1)) {
      places.add(Path.of(place, "conformance"));
    }
    return places.stream()
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
