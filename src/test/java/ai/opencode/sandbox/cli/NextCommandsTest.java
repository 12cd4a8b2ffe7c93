package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NextCommandsTest {

  private final NextCommands next = new NextCommands(Path.of("/home/me/project"));

  @Test
  void aFolderIsNamedAsSeenFromHere() {
    assertThat(next.lines("oci:/home/me/project/target/images:tools", "tools"))
        .contains("  skopeo copy oci:target/images:tools docker-daemon:tools:latest");
    assertThat(next.lines("oci:/srv/images:tools", "tools"))
        .contains("  skopeo copy oci:/srv/images:tools docker-daemon:tools:latest");
  }

  @Test
  void whatAShellWouldSplitIsQuoted() {
    assertThat(next.lines("oci:it's here:tools", "tools"))
        .contains("  skopeo copy 'oci:it'\\''s here:tools' docker-daemon:tools:latest");
  }

  @Test
  void aPublishedImageIsNamedByItsTag() {
    assertThat(next.lines("ghcr.io/acme/tools:1.0@sha256:" + "0".repeat(64), "tools"))
        .contains(
            "  opencode-sandbox run ghcr.io/acme/tools:1.0",
            "  docker run --rm -it -v \"$PWD\":/workspace ghcr.io/acme/tools:1.0");
  }

  @Test
  void anImageInTheEngineIsNamedAsTheEngineKnowsIt() {
    assertThat(next.lines("docker-daemon:tools:1.0", "tools"))
        .contains(
            "  opencode-sandbox run tools:1.0",
            "  docker run --rm -it -v \"$PWD\":/workspace tools:1.0");
  }

  @Test
  void anArchiveIsLoadedFirst() {
    assertThat(next.lines("docker-archive:/home/me/project/my dir/t.tar:tools:1.0", "tools"))
        .contains("  docker load -i 'my dir/t.tar'", "  opencode-sandbox run tools:1.0");
    assertThat(next.lines("oci-archive:/home/me/project/t.tar:tools", "tools"))
        .contains(
            "  opencode-sandbox verify oci-archive:t.tar:tools",
            "  skopeo copy oci-archive:t.tar:tools docker-daemon:tools:latest");
  }

  @Test
  void theLauncherIsNamedWhereItIs(@TempDir Path checkout) throws Exception {
    Path launcher = checkout.resolve("scripts/opencode-sandbox");
    Files.createDirectories(checkout.resolve("scripts"));
    Files.createFile(launcher);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();

    assertThat(new NextCommands(checkout).lines("oci:" + checkout + "/images:tools", "tools"))
        .contains("  scripts/opencode-sandbox run oci:images:tools");
  }
}
