package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official conformance suite of distribution-spec, run against {@code serve --push}. */
@Timeout(180)
@RequiresPrograms("conformance")
class ConformanceIT {

  @TempDir private Path directory;

  @Test
  void passesAllOfTheSuite() throws Exception {
    BlobStore source = new BlobStore(directory.resolve("source"));
    OciLayout layout = new OciLayout(directory.resolve("images"));
    layout.put(
        source, Map.of("tools", AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(source)));
    Path results = directory.resolve("results");
    Path log = directory.resolve("log");
    try (EmbeddedRegistry registry = EmbeddedRegistry.serveWithPush(layout, 0)) {
      ProcessBuilder suite =
          new ProcessBuilder("conformance").redirectErrorStream(true).redirectOutput(log.toFile());
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

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
