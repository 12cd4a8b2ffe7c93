package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.publish.ATapeTarget;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Place;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.publish.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NextCommandsTest {

  private final NextCommands next = new NextCommands(Edition.PRODUCT, Path.of("/home/me/project"));

  @Test
  void aDirectoryIsNamedRelativeToTheWorkingDirectory() {
    assertThat(layout("/home/me/project/target/images"))
        .containsExactly(
            "",
            "Try next:",
            "  opencode-sandbox run oci:target/images:tools",
            "  skopeo copy oci:target/images:tools docker-daemon:tools:latest");
    assertThat(layout("/srv/images"))
        .contains("  skopeo copy oci:/srv/images:tools docker-daemon:tools:latest");
  }

  @Test
  void aNameThatAShellWouldSplitIsQuoted() {
    assertThat(layout("it's here"))
        .contains("  skopeo copy 'oci:it'\\''s here:tools' docker-daemon:tools:latest");
  }

  @Test
  void aPublishedImageIsNamedByItsTag() {
    assertThat(
            next.lines(
                delivery(
                    Target.of("ghcr.io/acme/"),
                    "docker",
                    Optional.empty(),
                    "ghcr.io/acme/tools:1.0")))
        .containsExactly(
            "",
            "Try next:",
            "  opencode-sandbox run ghcr.io/acme/tools:1.0",
            "  docker run --rm -it -v \"$PWD\":/workspace ghcr.io/acme/tools:1.0");
  }

  @Test
  void anEngineKnowsTheNameAlone() {
    assertThat(
            next.lines(
                delivery(
                    Target.of("docker-daemon:"),
                    "docker-daemon",
                    Optional.empty(),
                    "acme/tools:1.0")))
        .contains(
            "  opencode-sandbox run acme/tools:1.0",
            "  docker run --rm -it -v \"$PWD\":/workspace acme/tools:1.0");
  }

  @Test
  void anArchiveIsLoadedFirst() {
    Optional<Path> file = Optional.of(Path.of("/home/me/project/my dir/t.tar"));
    assertThat(
            next.lines(
                delivery(Target.of("docker-archive:t.tar"), "docker-archive", file, "tools:1.0")))
        .contains("  docker load -i 'my dir/t.tar'", "  opencode-sandbox run tools:1.0");
    assertThat(next.lines(delivery(Target.of("oci-archive:t.tar"), "oci-archive", file, "tools")))
        .contains(
            "  opencode-sandbox verify 'oci-archive:my dir/t.tar:tools'",
            "  skopeo copy 'oci-archive:my dir/t.tar:tools' docker-daemon:tools:latest");
  }

  @Test
  void theLauncherIsNamedWhereItIs(@TempDir Path checkout) throws Exception {
    Path launcher = checkout.resolve("scripts/opencode-sandbox");
    Files.createDirectories(checkout.resolve("scripts"));
    Files.createFile(launcher);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();

    assertThat(
            new NextCommands(Edition.PRODUCT, checkout)
                .lines(
                    delivery(
                        Target.of("oci:images"),
                        "oci",
                        Optional.of(checkout.resolve("images")),
                        "tools")))
        .contains("  scripts/opencode-sandbox run oci:images:tools");
  }

  @Test
  void aNewKindOfTargetNeedsNoLineHere() {
    Optional<Path> path = Optional.of(Path.of("/home/me/project/reel"));

    assertThat(next.lines(delivery(new ATapeTarget(false), "tape", path, "tools")))
        .containsExactly("", "Try next:", "  opencode-sandbox rewind tape:reel:tools");
  }

  private List<String> layout(String directory) {
    return next.lines(
        delivery(Target.of("oci:" + directory), "oci", Optional.of(Path.of(directory)), "tools"));
  }

  private static Delivery delivery(
      Target target, String transport, Optional<Path> path, String name) {
    return new Delivery(
        target,
        "tools",
        new Place(new Transport(transport), path, name),
        Digest.sha256("tools"),
        List.of(),
        Map.of(),
        Optional.empty());
  }
}
