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
        "                                    | Missing required subcommand; see opencode-sandbox"
            + " --help",
        "bild                                | There is no command \"bild\"; did you mean build?"
            + " See opencode-sandbox --help",
        "zzzzzzz                             | There is no command \"zzzzzzz\"; see"
            + " opencode-sandbox --help",
        "build --platfrm x                   | Unknown option: '--platfrm'; did you mean"
            + " --platform? See opencode-sandbox build --help",
        "build tools                         | There is no image \"tools\"; there are"
            + " opencode-sandbox-base and opencode-sandbox-developer",
        "build --to                          | Missing required parameter for option '--to'"
            + " (TARGET); see opencode-sandbox build --help",
        "build --to images                   | \"images\" names no registry; write oci:images for"
            + " a folder, or docker.io/images for Docker Hub",
        "build --to dir:a                    | \"dir:a\" is no target of this program; build to"
            + " oci:FOLDER, then copy it there with skopeo",
        "build --to docker-daemon:a:b        | docker-daemon:a:b is one repository for 2 images;"
            + " end it with / to have each image's name added",
        "build --to docker-archive:/dev      | /dev is a folder; name a file with --to",
        "build --to oci-archive:/dev/null/x  | Cannot write to /dev/null (/dev/null is no"
            + " folder); choose another --to",
        "build --registry-username me        | A user and a password go together; give"
            + " SANDBOX_REGISTRY_PASSWORD too",
        "build --to oci:/dev/null/x          | Cannot write to /dev/null/x (/dev/null is no"
            + " folder); choose another --to",
        "build --json /dev/null/x/y          | Cannot write to /dev/null/x (/dev/null is no"
            + " folder); choose another --json",
        "build --results /dev/null/x         | Cannot write to /dev/null/x (/dev/null is no"
            + " folder); choose another --results",
        "build --to 127.0.0.1:1/name         | 127.0.0.1:1/name is one repository for 2 images;"
            + " end it with / to have each image's name added",
        "build --upstream debian             | \"debian\" is not an upstream; use auto, official,"
            + " mirror, stand-in, or an archive's folder or reference",
        "build --upstream mirror             | --upstream mirror needs --base, --repository or"
            + " both: where is the mirror?",
        "build --platform windows/amd64      | \"windows/amd64\" is not a platform that images"
            + " are made for; use linux/amd64 or linux/arm64",
        "build --lock /dev                   | /dev is a folder; name a file with --lock",
        "build --lock /dev/null/x            | Cannot write to /dev/null (/dev/null is no"
            + " folder); choose another --lock",
        "resolve git                         | Missing required options: '--repository=PLACE',"
            + " '--keys=FOLDER'; see opencode-sandbox resolve --help",
        "resolve --repository /a --keys /b   | Nothing to resolve; name packages, or a file with"
            + " --world",
        "resolve x --repository /a --keys /b | /b is no folder of keys; name one with --keys",
        "serve --port x                      | Invalid value for option '--port': 'x' is not an"
            + " int; see opencode-sandbox serve --help",
        "serve --port 65536                  | There is no port 65536; use 0 to 65535",
        "inspect oci:x --html /dev           | /dev is a folder; name a file with --html",
        "inspect oci:x --html /dev/null/x/y  | Cannot write to /dev/null/x (/dev/null is no"
            + " folder); choose another --html",
        "run docker-archive:x.tar            | An engine cannot run an archive"
            + " (docker-archive:x.tar). Load it with \"skopeo copy\" or \"docker load\", and run"
            + " it by its name.",
        "serve --push /dev/null              | /dev/null holds no images; build some first, or"
            + " name another folder",
        "serve /dev/null                     | /dev/null holds no images; build some first, or"
            + " name another folder",
      })
  void aBadRequestEndsInOneSentence(String arguments, String sentence) {
    ARun run = ARun.of(arguments == null ? new String[0] : arguments.split(" ", -1));

    assertThat(run.err()).isEqualTo("opencode-sandbox: " + sentence + "\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void aPlaceOnThisMachineIsNotLookedForOnDockerHub(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("images.tar"));
    Files.createFile(folder.resolve("oci-layout"));
    for (String command : List.of("verify", "inspect")) {
      assertThat(ARun.of(command, folder.toString()).err())
          .isEqualTo(
              "opencode-sandbox: \"%s\" is here on this machine; write oci:%s for an OCI layout\n"
                  .formatted(folder, folder));
      assertThat(ARun.of(command, file.toString()).err())
          .endsWith(
              "write oci-archive:%s or docker-archive:%s for an archive\n".formatted(file, file));
    }
  }

  @Test
  void lockedIsNotForTheStandInWhichHasNoLock() {
    ARun run = ARun.of("build", "--upstream", "stand-in", "--locked", "--lock", "/nowhere/a.json");

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.err())
        .isEqualTo(
            "opencode-sandbox: --locked, but the stand-in has no lock: it is made anew wherever"
                + " it is"
                + " used; leave --locked out, or build with --upstream official or mirror\n");
  }

  @Test
  void whatToDoAboutALockNamesTheLock() {
    ARun run = ARun.of("lock", "--lock", "/nowhere/a.json", "--update", "git");

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.err())
        .isEqualTo(
            "opencode-sandbox: There is no lock file /nowhere/a.json to update in part; write it"
                + " with:"
                + " opencode-sandbox lock --lock /nowhere/a.json\n");
  }

  @Test
  void refusesToPublishTheStandInBeforeItIsMade() {
    ARun run = ARun.of("build", "--upstream", "stand-in", "--to", "registry.example/acme/");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err())
        .isEqualTo(
            "opencode-sandbox: These images would be made from the stand-in and must not leave this"
                + " machine: not sent to registry.example/acme/; build with --upstream official"
                + " or mirror\n");
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
  void aFailedBuildEndsMavenWithTheSentence() {
    PrintWriter output = new PrintWriter(new StringWriter());
    OpenCodeSandbox program = new OpenCodeSandbox(output, output);
    assertThatThrownBy(() -> MavenBuild.run(program, ARun.NO_SETTINGS, "to=oci:/dev/null/x"))
        .hasMessage(
            "Cannot write to /dev/null/x (/dev/null is no folder); choose another --to (exit code"
                + " 2)")
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }
}
