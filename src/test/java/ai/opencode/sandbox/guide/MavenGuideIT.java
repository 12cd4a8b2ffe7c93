package ai.opencode.sandbox.guide;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.AStrangersMaven;
import ai.opencode.sandbox.RequiresOnlyTheBuild;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page about Maven, followed by a stranger with this build's artifacts in a local repository:
 * from an empty directory, with one POM and with a sandbox.yaml.
 */
@Timeout(180)
@RequiresOnlyTheBuild
class MavenGuideIT {

  private static final String ALPINE =
      "sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6";

  @TempDir private Path directory;
  private AcmeNetwork network;
  private GuideShell shell;
  private AStrangersMaven maven;

  @BeforeEach
  void giveTheStrangerMavenAndACompany() throws Exception {
    network = AcmeNetwork.ofTheGuides(directory);
    shell = GuideShell.in(directory, Map.of("ACME_PASSWORD", AcmeNetwork.PASSWORD));
    maven = AStrangersMaven.in(directory.resolve("repository"));
    String command =
        maven.command().stream().map(GuideShell::quoted).collect(Collectors.joining(" "));
    shell.program(
        "mvn",
        "export JAVA_HOME="
            + GuideShell.quoted(System.getProperty("java.home"))
            + " MAVEN_OPTS=\"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Duser.home="
            + directory
            + "\"\nexec "
            + command
            + " \"$@\"");
    network.giveFilesTo(shell);
  }

  @AfterEach
  void close() throws IOException {
    network.close();
    maven.close();
  }

  @Test
  void aStrangerIsLedFromAPomToAPublishedImage() throws Exception {
    String section = "";
    int run = 0;
    for (GuideBlock block : GuideBlock.of("maven.md")) {
      if (!block.section().equals(section) && block.section().equals("Update")) {
        network.offerTool("2.2-r0");
      }
      section = block.section();
      String file = block.info().get("file");
      if (file != null) {
        shell.write(file, here(block.text()));
      } else {
        shell.run(block);
        run++;
      }
    }
    assertThat(run).isGreaterThan(6);
    assertThat(network.pushed("sandboxes/acme/tools", "1.0.0")).isNotNull();
    assertThat(network.pushed("sandboxes/acme/shell", "1.0.0")).isNotNull();
  }

  /** Returns a text of the page with the names that only the test's network has. */
  private String here(String text) {
    String proxy = network.proxy();
    return text.replace(ALPINE, network.alpine().toString())
        .replace("proxy.acme.example", "127.0.0.1")
        .replace("3128", proxy.substring(proxy.lastIndexOf(':') + 1));
  }
}
