package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenCodeSandboxTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                                    | Missing required subcommand. See opencode-sandbox"
            + " --help",
        "bild                                | There is no command \"bild\". Did you mean build?"
            + " See opencode-sandbox --help",
        "rnu                                 | There is no command \"rnu\". Did you mean run? See"
            + " opencode-sandbox --help",
        "security --network alow:a.example   | --network alow:a.example has no known form. Did you"
            + " mean allow:a.example?",
        "zzzzzzz                             | There is no command \"zzzzzzz\". See"
            + " opencode-sandbox --help",
        "build --platfrm x                   | Unknown option: '--platfrm'. Did you mean"
            + " --platform? See opencode-sandbox build --help",
        "build tools                         | There is no image \"tools\". Name"
            + " opencode-sandbox-base, opencode-sandbox-developer or opencode-sandbox-agent.",
        "lock archve /tmp/x                  | Packages (archve, /tmp/x) are named, but they are not"
            + " to be updated. Add --update, or leave them out. Or did you mean opencode-sandbox"
            + " lock archive?",
        "lock tini                           | Packages (tini) are named, but they are not to be"
            + " updated. Add --update, or leave them out.",
        "build --to                          | Missing required parameter for option '--to'"
            + " (TARGET). See opencode-sandbox build --help",
        "build --to images                   | \"images\" names no registry. Write oci:images for a"
            + " directory, or docker.io/images for Docker Hub.",
        "build --to dir:a                    | \"dir:a\" is not a target of this program. Build to"
            + " oci:DIRECTORY, then copy from there with skopeo.",
        "build --to oci:                     | \"oci:\" names no place. Write oci:DIRECTORY, such as"
            + " oci:images.",
        "build --to docker-archive:          | \"docker-archive:\" names no place. Write"
            + " docker-archive:FILE.",
        "verify oci:                         | \"oci:\" names no place. Write oci:DIRECTORY, such as"
            + " oci:images.",
        "inspect oci-archive:                | \"oci-archive:\" names no place. Write"
            + " oci-archive:FILE.",
        "build --to docker-daemon:a:b        | docker-daemon:a:b is one repository for 2 images."
            + " End it with / to have each image's name added.",
        "build --to docker-archive:/dev      | /dev is a directory. Name a file with --to.",
        "build --to oci-archive:/dev/null/x  | Cannot write to /dev/null (/dev/null is not a directory). Name another place with --to.",
        "build --registry-username me        | A user and a password belong together. Give"
            + " SANDBOX_REGISTRY_PASSWORD too.",
        "build --to oci:/dev/null/x          | Cannot write to /dev/null/x (/dev/null is not a directory). Name another place with --to.",
        "build --json /dev/null/x/y          | Cannot write to /dev/null/x (/dev/null is not a directory). Name another place with --json.",
        "build --results /dev/null/x         | Cannot write to /dev/null/x (/dev/null is not a directory). Name another place with --results.",
        "build --to 127.0.0.1:1/name         | 127.0.0.1:1/name is one repository for 2 images. End"
            + " it with / to have each image's name added.",
        "build --upstream debian             | \"debian\" is not an upstream. Use auto, official,"
            + " mirror, stand-in, or an archive's directory or reference.",
        "build --upstream mirror             | --upstream mirror has no address. Name the mirror"
            + " with --base, --repository or both.",
        "build --platform windows/amd64      | \"windows/amd64\" is not a supported platform. Use linux/amd64 or linux/arm64.",
        "build --lock /dev                   | /dev is a directory. Name a file with --lock.",
        "build --lock /dev/null/x            | Cannot write to /dev/null (/dev/null is not a directory). Name another place with --lock.",
        "resolve git                         | Missing required options: '--repository=PLACE',"
            + " '--keys=DIRECTORY'. See opencode-sandbox resolve --help",
        "resolve --repository /a --keys /b   | Nothing to resolve. Name packages, or a file with"
            + " --world.",
        "resolve x --repository /a --keys /b | /b is not a directory of keys. Name one with"
            + " --keys.",
        "serve --port x                      | Invalid value for option '--port': 'x' is not an"
            + " int. See opencode-sandbox serve --help",
        "serve --port 65536                  | The port 65536 does not exist. Use 0 to 65535.",
        "inspect oci:x --html /dev           | /dev is a directory. Name a file with --html.",
        "inspect oci:x --html /dev/null/x/y  | Cannot write to /dev/null/x (/dev/null is not a directory). Name another place with --html.",
        "inspect oci:x --svg /dev            | /dev is a directory. Name a file with --svg.",
        "run docker-archive:x.tar            | An engine cannot run an archive (docker-archive:x.tar). Load the archive with \"skopeo copy\" or \"docker load\", and name the loaded image.",
        "serve --push /dev/null              | /dev/null holds no images. Build some first, or name"
            + " another directory.",
        "serve oci:/dev/null                 | /dev/null holds no images. Build some first, or name"
            + " another directory.",
        "serve /dev/null                     | /dev/null holds no images. Build some first, or name"
            + " another directory.",
      })
  void aBadRequestEndsInOneMessage(String arguments, String sentence) {
    ARun run = ARun.of(arguments == null ? new String[0] : arguments.split(" ", -1));

    assertThat(run.err()).isEqualTo("opencode-sandbox: " + sentence + "\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void aPlaceOnThisMachineIsNotLookedForOnDockerHub(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("images.tar"));
    Files.createFile(directory.resolve("oci-layout"));
    for (String command : List.of("verify", "inspect")) {
      assertThat(ARun.of(command, directory.toString()).err())
          .isEqualTo(
              "opencode-sandbox: \"%s\" is a file or directory on this machine. Write oci:%s for an OCI layout.\n"
                  .formatted(directory, directory));
      assertThat(ARun.of(command, file.toString()).err())
          .endsWith(
              "Write oci-archive:%s or docker-archive:%s for an archive.\n".formatted(file, file));
    }
  }

  @Test
  void lockedIsNotForTheStandInWhichHasNoLock() {
    ARun run = ARun.of("build", "--upstream", "stand-in", "--locked", "--lock", "/nowhere/a.json");

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.err())
        .isEqualTo(
            "opencode-sandbox: --locked needs a lock, and the stand-in has none: it is made anew on"
                + " each machine. Leave --locked out, or build with --upstream official or"
                + " mirror.\n");
  }

  @Test
  void theCommandInAMessageNamesTheLock() {
    ARun run = ARun.of("lock", "--lock", "/nowhere/a.json", "--update", "git");

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.err())
        .isEqualTo(
            "opencode-sandbox: There is no lock file /nowhere/a.json to update in part. Write it"
                + " with: opencode-sandbox lock --lock /nowhere/a.json\n");
  }

  @Test
  void refusesToPublishTheStandInBeforeItIsMade() {
    ARun run = ARun.of("build", "--upstream", "stand-in", "--to", "registry.example/acme/");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err())
        .isEqualTo(
            "opencode-sandbox: These images would be made from the stand-in and must not leave this"
                + " machine: not sent to registry.example/acme/. Build with --upstream official or"
                + " mirror.\n");
  }

  @Test
  void showsTheStackTraceOnRequestOnly() {
    Settings settings = new Settings(Map.of("sandbox.stacktrace", "true"), Map.of(), Map.of());

    assertThat(ARun.of("build", "x").err()).hasLineCount(1);
    assertThat(ARun.of("build", "x", "--stacktrace").err()).contains("\tat ai.opencode.sandbox");
    assertThat(ARun.of("--stacktrace", "build", "x").err()).contains("\tat ai.opencode.sandbox");
    assertThat(ARun.with(settings, "build", "x").err()).contains("\tat ai.opencode.sandbox");
  }

  @Test
  void helpNamesCommandsAndExitCodes() {
    ARun run = ARun.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains(
            "build ", "resolve ", "run ", "security ", "serve ", "Exit codes", "7 lock mismatch");
  }

  @Test
  void everyCommandTellsTheVersion() {
    String version = ARun.of("--version").out();

    assertThat(version).startsWith("opencode-sandbox ");
    assertThat(ARun.of("build", "--version").out()).isEqualTo(version);
  }

  @Test
  void aFailedBuildEndsMavenWithTheMessage() {
    PrintWriter output = new PrintWriter(new StringWriter());
    OpenCodeSandbox program = new OpenCodeSandbox(output, output);
    assertThatThrownBy(() -> MavenBuild.run(program, ARun.NO_SETTINGS, "to=oci:/dev/null/x"))
        .hasMessage(
            "Cannot write to /dev/null/x (/dev/null is not a directory). Name another place with"
                + " --to. (exit code 2)")
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }

  @Test
  void helpIsAWordToo() {
    assertThat(ARun.of("version").out()).isEqualTo(ARun.of("--version").out()).isNotEmpty();
    assertThat(ARun.of("help").out()).isEqualTo(ARun.of("--help").out()).isNotEmpty();
    assertThat(ARun.of("help", "verify").out())
        .isEqualTo(ARun.of("verify", "--help").out())
        .contains("Usage: opencode-sandbox verify");
  }
}
