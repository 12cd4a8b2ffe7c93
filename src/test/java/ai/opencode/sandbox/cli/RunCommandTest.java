package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that {@code run} refuses before it asks an engine: exit code 2 and one sentence. */
@Timeout(60)
class RunCommandTest {

  private static ARun run(String... options) {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(options));
    words.addAll(List.of("--workspace=target", "--no-tty", "image", "--", "true"));
    return ARun.of(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--cpus=0 | is out of range. Use a number from 0.01 to 4096.",
        "--cpus=all | is not a number of processors. Use a decimal number",
        "--tmpfs=/tmp | is not a tmpfs. Use PATH=SIZE, such as /home/opencode/.cache=2g.",
        "--tmpfs=/tmp=1k | A tmpfs of 1024 bytes at /tmp is too small. Use 1m or more.",
        "--tmpfs=/tmp=much | is not a size. Use a number and b, k, m or g",
        "--tmpfs=tmp=1g | cannot be the path of a mount in a container. Use an absolute",
        "--tmpfs=/tmp/../etc=1g | cannot be the path of a mount in a container. Use an absolute",
        "--tmpfs=/opt/a:exec=1g | cannot be a tmpfs. Use letters, digits and",
        "--tmpfs=/usr/bin=1g | because mounting at /usr/bin replaces the image",
        "--tmpfs=/proc/sys=1g | because mounting at /proc/sys replaces files that the engine",
        "--tmpfs=/workspace=1g | /workspace is a volume, whose size is that of its storage.",
        "--timeout=0 | A timeout of 0 would end every run at once. Use a longer one",
        "--timeout=-1s | is not a duration. Write it as 90s, 2m or 1h.",
        "--timeout=1d | is not a duration. Write it as 90s, 2m or 1h.",
        "--stop-timeout=-1 | cannot be negative. Use 0 or more.",
        "--env-file=/no/such/file | Cannot read the environment file /no/such/file",
        "--env-file=/dev/zero | is not a regular file. Name a file",
        "--env-file= | Cannot read the environment file",
        "--env==x | does not set an environment variable, because it has no name. Use the form",
        "--volume=cache:data | is not a volume. Use NAME:TARGET",
        "--volume=a:/data | is not the name of a volume. Use two or more letters",
        "--volume=./no-such:/data | Cannot mount",
        "--volume=cache:/etc | would not be a sandbox: mounting at /etc replaces the image",
        "--volume=cache:/proc/x | replaces files that the engine protects",
        "--volume=cache:/workspace | are to be mounted at /workspace. Leave one of them out",
        "--workdir=app | cannot be the working directory of a container. Use an absolute path",
        "--workdir=/workspace/.. | cannot be the working directory of a container.",
        "--workdir=/proc/self/fd/7 | outside of /proc, /sys and /dev.",
        "--workdir=/workspace/no-such | does not exist, is not a directory",
        "--workdir=/tmp/x | Use /tmp itself.",
        "--publish=:8080 | is not a port to publish. Use PORT,",
        "--publish=localhost:80:80 | is not a numeric address. Use an address of",
        "--publish=70000 | The port 70000 is out of range. Use 1 to 65535",
        "--publish=127.0.0.1:8080 | is not a port to publish. Use PORT,",
        "--name=-rm | is not a container's name. Use 2 to 128 letters",
        "--label==x | is not a label. Use KEY=VALUE",
        "--label=ai.opencode.sandbox.run=x | is reserved for this program. Use a key",
        "--runtime=/usr/bin/x | is not the name of a runtime. Use one such as runsc",
        "--prune | --prune runs nothing. Leave image out",
        "--network=allow: | is not a host to allow",
        "--network=allow:*.com | is not a set of hosts",
        "--network=allow:a.test,http://b.test | is not a host to allow",
        "--network=allow:10.0.0.1 | Write 10.0.0.1=private if the container may connect to it",
        "--network=allow:a.test:0 | The entry for host a.test has no valid port",
        "--network=a.test,b.test | is neither none nor bridge nor the name of a network",
      })
  void refusesWithExitCode2(String option, String message) {
    ARun run = run(option);

    assertThat(run.err()).contains(message).hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void refusesPortsWithoutANetwork() {
    ARun run = run("--network=none", "--publish=8080");

    assertThat(run.err()).contains("Network \"none\" cannot publish ports. Use another network");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run("--network=allow:a.test", "--publish=8080").err())
        .contains("has no network of its own, so it cannot publish ports");
  }

  @Test
  void needsAnImage() {
    ARun run = ARun.of("run", "--workspace=target");

    assertThat(run.err()).contains("There is no image to run. Name one");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  /** A task can write such a file, and the variable would be this process's own. */
  @Test
  void passesNoVariableOnThatAFileOnlyNames(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve(".env"), "A=1\nPATH\n");
    ARun run = run("--env-file=" + file);

    assertThat(run.err()).contains("Line 2 of the environment file").contains("without a value");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void propertiesPublishAndPruneNothing() {
    Settings settings =
        new Settings(
            Map.of("sandbox.run.publish", "0.0.0.0:80:80", "sandbox.run.prune", "true"),
            Map.of("SANDBOX_RUN_ENV_FILE", "/etc/passwd", "SANDBOX_RUN_RUNTIME", "evil"),
            Map.of());
    ARun run = ARun.with(settings, "run", "--name=-", "--workspace=target", "image");

    assertThat(run.err())
        .contains("sandbox.run.publish is ignored")
        .contains("sandbox.run.prune is ignored")
        .contains("SANDBOX_RUN_ENV_FILE is ignored")
        .contains("SANDBOX_RUN_RUNTIME is ignored")
        .contains("is not a container's name");
  }
}
