package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands that {@code build} prints under "Try next", in a terminal, as they are printed. The
 * engine's socket is at its usual place for them, which skopeo needs.
 */
@RequiresEngine
@RequiresImages
@RequiresRoot
@RequiresPrograms({"docker", "skopeo", "script", "unshare"})
@Timeout(240)
class TryNextIT {

  private static final String IMAGE = "opencode-sandbox-base";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oci:images",
        "oci-archive:images.tar",
        "docker-archive:images.tar",
        "docker-daemon:try-next/"
      })
  void runsForALocalTarget(String target) throws Exception {
    requireTheyRun(target);
  }

  @Test
  void runsForARegistry() throws Exception {
    Path log = directory.resolve("serve.txt");
    Process registry =
        Program.standard()
            .start(log, List.of("serve", "--push", "--port", "0", directory + "/registry"));
    try {
      String address = "";
      for (int i = 0; i < 200 && address.isEmpty(); i++) {
        Thread.sleep(100);
        address = Files.readString(log).replaceFirst("(?s).* on (127\\.0\\.0\\.1:\\d+).*", "$1");
        address = address.matches("[0-9.:]+") ? address : "";
      }
      assertThat(address).as(Files.readString(log)).isNotEmpty();
      requireTheyRun(address + "/try-next/");
    } finally {
      registry.destroy();
      registry.waitFor(20, TimeUnit.SECONDS);
    }
  }

  private void requireTheyRun(String target) throws Exception {
    String printed =
        Program.standard()
            .with("SANDBOX_UPSTREAM", System.getProperty("sandbox.upstream", "auto"))
            .run(
                directory.resolve("build.txt"),
                List.of("build", "base", "--to", target, "--lock", directory + "/lock.json"));
    List<String> commands =
        printed.lines().dropWhile(line -> !line.equals("Try next:")).skip(1).toList();
    assertThat(commands).as(printed).hasSizeGreaterThan(1);
    try {
      for (String command : commands) {
        String out = inATerminal(command.strip());
        if (command.contains(" run ")) {
          assertThat(out).as(command).contains("uid=1000(opencode)");
        }
      }
    } finally {
      inATerminal(
          "docker images --quiet --filter reference='*/" + IMAGE + "' | xargs -r docker rmi -f");
      inATerminal(
          "docker images --quiet --filter reference='"
              + IMAGE
              + ":latest' | xargs -r docker rmi -f");
    }
  }

  /** Runs a command of a shell whose standard streams are a terminal; {@code id} is typed in it. */
  private String inATerminal(String command) throws IOException, InterruptedException {
    Path programs = Files.createDirectories(directory.resolve("bin"));
    Path program = programs.resolve("opencode-sandbox");
    Files.writeString(
        program,
        "#!/bin/sh\nexec java -jar '"
            + Path.of("target/opencode-sandbox.jar").toAbsolutePath()
            + "' \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String socket = System.getenv().getOrDefault("DOCKER_HOST", "").replaceFirst("^unix://", "");
    List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-euc"));
    words.add(
        (socket.isEmpty()
                ? ""
                : "mount -t tmpfs tmpfs /run; touch /run/docker.sock;"
                    + " mount --bind '"
                    + socket
                    + "' /run/docker.sock; unset DOCKER_HOST; ")
            + "PATH=/usr/bin:$PATH; exec script -qefc \"$1\" /dev/null");
    words.addAll(List.of("sh", command));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.directory(directory.toFile());
    builder.environment().merge("PATH", programs + ":", (old, more) -> more + old);
    Process process = builder.start();
    // A shell reads it when it has started; a program that changes its terminal drops what came
    // before.
    Thread typing = new Thread(() -> type(process));
    typing.setDaemon(true);
    typing.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(command + "\n" + out).isZero();
    return out;
  }

  private static void type(Process process) {
    try {
      while (process.isAlive()) {
        process.getOutputStream().write("id\nexit\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        Thread.sleep(2000);
      }
    } catch (IOException | InterruptedException e) {
      // The program has ended.
    }
  }
}
