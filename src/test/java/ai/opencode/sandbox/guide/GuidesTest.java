package ai.opencode.sandbox.guide;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.QuickProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The guides, followed by a reader: each file is written and each command is run, in the order of
 * the page, from an empty directory. The hosts that the pages name are on loopback.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class GuidesTest {

  /** The base image that the pages pin, which is Docker Hub's. */
  private static final String ALPINE =
      "sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6";

  @TempDir private Path directory;
  private AcmeNetwork network;
  private GuideShell shell;

  @BeforeEach
  void giveTheReaderACompany() throws Exception {
    network = AcmeNetwork.ofTheGuides(directory);
    shell =
        GuideShell.in(
            directory,
            Map.of(
                "HTTPS_PROXY", network.proxy(),
                "ACME_USER", AcmeNetwork.USER,
                "ACME_PASSWORD", AcmeNetwork.PASSWORD));
    // npm itself would ask its registry for versions.
    Files.writeString(directory.resolve("npm-lock"), AcmeNetwork.lockOfNpm());
    shell.program("npm", "cp " + directory.resolve("npm-lock") + " agent/package-lock.json");
    // Maven would need a repository that has this library.
    shell.program(
        "mvn",
        "mkdir -p target && printf %s "
            + GuideShell.quoted(QuickProgram.CLASS_PATH)
            + " > target/classpath && "
            + Path.of(System.getProperty("java.home"), "bin", "javac")
            + " -Xlint:all,-path,-processing -Werror -proc:none --release 17 -d target/classes"
            + " -cp \"$(cat target/classpath)\" $(find src -name '*.java')");
    network.giveFilesTo(shell);
  }

  @AfterEach
  void close() throws IOException {
    network.close();
  }

  @Test
  void thePlatformTeamIsLedFromAnEmptyDirectoryToAnUpdate() throws Exception {
    follow("platform-team.md", Map.of("Update one package", () -> network.offerTool("2.2-r0")));

    assertThat(network.pushed("sandboxes/acme-tools", "1.1.0"))
        .isNotEqualTo(network.pushed("sandboxes/acme-tools", "1.0.0"))
        .isEqualTo(network.pushed("sandboxes/acme-tools", "latest"));
  }

  @Test
  void theJavaDeveloperIsLedFromCoordinatesToAPublishedImage() throws Exception {
    follow("java-developer.md", Map.of());

    assertThat(network.pushed("sandboxes/acme/app", "dev")).isNotNull();
  }

  /** An event in the company between two sections. */
  @FunctionalInterface
  private interface Event {
    void happen() throws Exception;
  }

  private void follow(String page, Map<String, Event> events) throws Exception {
    String section = "";
    int run = 0;
    for (GuideBlock block : GuideBlock.of(page)) {
      if (!block.section().equals(section)) {
        section = block.section();
        if (events.containsKey(section)) {
          events.get(section).happen();
        }
      }
      String file = block.info().get("file");
      if (file != null) {
        String text = block.text().replace(ALPINE, network.alpine().toString());
        shell.write(file, text);
      } else if (!block.info().containsKey("not-run")) {
        assertThat(block.language()).as(block.place()).isEqualTo("console");
        shell.run(block);
        run++;
      }
    }
    assertThat(run).isGreaterThan(1);
  }
}
