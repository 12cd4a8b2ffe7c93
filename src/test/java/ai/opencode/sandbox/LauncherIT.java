package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of a release: a script and a jar in one directory, without the checkout. */
@RequiresOnlyTheBuild
@Timeout(60)
class LauncherIT {

  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin").toString();

  @TempDir private Path machine;
  private Path release;
  private Path empty;

  private record Ended(int exitCode, String printed) {}

  @BeforeEach
  void download() throws IOException {
    release = Files.createDirectories(machine.resolve("a release/1.2.3"));
    empty = Files.createDirectory(machine.resolve("empty"));
    Files.copy(Path.of("scripts/opencode-sandbox"), release.resolve("opencode-sandbox"));
    Files.copy(Path.of("target/opencode-sandbox.jar"), release.resolve("opencode-sandbox.jar"));
  }

  private Ended run(Path program, Map<String, String> environment, String... arguments)
      throws Exception {
    ProcessBuilder process =
        new ProcessBuilder(program.toString()).directory(empty.toFile()).redirectErrorStream(true);
    process.command().addAll(List.of(arguments));
    process.environment().clear();
    process.environment().putAll(environment);
    Process started = process.start();
    String printed = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(started.waitFor(), printed);
  }

  @Test
  void startsFromAnEmptyDirectoryWithNothingButJava() throws Exception {
    Ended ended =
        run(release.resolve("opencode-sandbox"), Map.of("PATH", JAVA + ":/usr/bin:/bin"), "--help");

    assertThat(ended.printed()).startsWith("Usage: opencode-sandbox");
    assertThat(ended.exitCode()).isZero();
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void startsThroughALinkInAnotherDirectory() throws Exception {
    Path bin = Files.createDirectory(machine.resolve("bin"));
    Path link =
        Files.createSymbolicLink(bin.resolve("sandbox"), release.resolve("opencode-sandbox"));

    Ended ended =
        run(
            link,
            Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home")),
            "build",
            "--dry-run",
            "--misspelt");

    assertThat(ended.printed()).contains("--misspelt");
    assertThat(ended.exitCode()).isEqualTo(2);
  }

  @Test
  void saysWhichFileOfTheReleaseIsMissing() throws Exception {
    Files.delete(release.resolve("opencode-sandbox.jar"));

    Ended ended = run(release.resolve("opencode-sandbox"), Map.of("PATH", JAVA + ":/usr/bin:/bin"));

    assertThat(ended.printed())
        .isEqualTo(
            "opencode-sandbox: "
                + release.toRealPath()
                + "/opencode-sandbox.jar is missing. Put the file opencode-sandbox.jar of the same"
                + " release beside this script.\n");
    assertThat(ended.exitCode()).isEqualTo(2);
  }
}
