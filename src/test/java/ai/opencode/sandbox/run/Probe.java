package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.security.SecurityOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A script that reports from inside a container whether it is hardened. */
final class Probe {

  private static final String PATHS =
      SecurityOptions.hardened().writablePaths().stream()
          .map(WritablePath::path)
          .collect(Collectors.joining(" "));

  /**
   * The script. It prints a line for each property, and has no quotes, so that shells can quote it.
   */
  static final String SCRIPT =
      "id -u; grep -E ^CapBnd:.0000000000000400 /proc/self/status >/dev/null && echo capabilities;"
          + " grep -E ^NoNewPrivs:.1 /proc/self/status >/dev/null && echo privileges;"
          + " touch /etc/x /usr/bin/x /run/x /var/tmp/x 2>/dev/null || echo read-only;"
          + " for path in "
          + PATHS
          + "; do echo exit >$path/x && chmod +x $path/x && sh $path/x && echo $path; done;"
          + " true";

  static final String ANSWER =
      "1000\ncapabilities\nprivileges\nread-only\n" + PATHS.replace(' ', '\n') + "\n";

  private Probe() {}

  /** Runs a program on this machine and returns its standard output. */
  static String output(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    process.getOutputStream().close();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
      assertThat(process.exitValue())
          .as("exit code of %s, which printed %s", command, text)
          .isZero();
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
