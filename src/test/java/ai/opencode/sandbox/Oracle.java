package ai.opencode.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program of {@code scripts/oracles}, started from PATH with a home directory of its own. */
record Oracle(Path home) {

  /** A program's end, output and messages. */
  record Answer(int code, String output, String messages) {}

  /** Runs a program, which must succeed, and returns its output. */
  String run(String... command) throws IOException, InterruptedException {
    Answer answer = ask(command);
    if (answer.code() != 0) {
      throw new AssertionError(
          String.join(" ", command)
              + " ended with "
              + answer.code()
              + "\n"
              + answer.output()
              + answer.messages());
    }
    return answer.output();
  }

  /** Runs a program, which may fail. */
  Answer ask(String... command) throws IOException, InterruptedException {
    Path messages = Files.createTempFile(home, "stderr", "");
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .redirectError(messages.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", home.toString(),
                "DOCKER_CONFIG", home.toString(),
                "REGCTL_CONFIG", home.resolve("regctl.json").toString(),
                "SYFT_CHECK_FOR_APP_UPDATE", "false",
                "GRYPE_CHECK_FOR_APP_UPDATE", "false"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), output, Files.readString(messages));
  }
}
