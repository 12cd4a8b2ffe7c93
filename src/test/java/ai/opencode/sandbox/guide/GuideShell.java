package ai.opencode.sandbox.guide;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.QuickProgram;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The reader of a guide: an empty directory and a shell in it. Exported variables remain from one
 * command to the next. {@code opencode-sandbox} is this program in a process of its own.
 */
final class GuideShell {

  private static final int SECONDS = 120;

  /** The line that only a command prints which takes longer than a second. */
  private static final Pattern TIMES = Pattern.compile("(?m)^time {6}[0-9.]+ s(: .*)?\\n");

  private final Path work;
  private final Path programs;
  private final Path state;
  private final Map<String, String> environment;

  private GuideShell(Path directory, Map<String, String> environment) throws IOException {
    this.work = Files.createDirectories(directory.resolve("work"));
    this.programs = Files.createDirectories(directory.resolve("programs"));
    this.state = Files.writeString(directory.resolve("exports"), "");
    this.environment = environment;
  }

  static GuideShell in(Path directory, Map<String, String> environment) throws IOException {
    GuideShell shell = new GuideShell(directory, environment);
    String home = "-Duser.home=" + directory;
    List<String> java = new ArrayList<>(QuickProgram.SHORT_LIVED);
    java.addAll(0, List.of(QuickProgram.JAVA, home));
    shell.program("java", exec(java));
    List<String> program = QuickProgram.command();
    program.add(1, home);
    shell.program("opencode-sandbox", exec(program));
    return shell;
  }

  /** Adds a program that a reader has, or one in its place. */
  void program(String name, String script) throws IOException {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static String exec(List<String> command) {
    return command.stream()
        .map(GuideShell::quoted)
        .collect(Collectors.joining(" ", "exec ", " \"$@\""));
  }

  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  Path work() {
    return work;
  }

  void write(String file, String text) throws IOException {
    Path path = work.resolve(file);
    Files.createDirectories(path.resolveSibling(""));
    Files.writeString(path, text);
  }

  /** Runs the commands of a block, and compares their outputs with those of the page. */
  void run(GuideBlock block) throws IOException, InterruptedException {
    List<GuideBlock.Command> commands = block.commands();
    assertThat(commands).as(block.place()).isNotEmpty();
    int expected = Integer.parseInt(block.info().getOrDefault("exit", "0"));
    for (GuideBlock.Command command : commands) {
      StringBuilder output = new StringBuilder();
      int exitCode = run(command.line(), output);
      String about = block.place() + ": " + command.line() + "\n" + output;
      assertThat(exitCode).as(about).isEqualTo(expected);
      if (!command.output().isEmpty()) {
        assertThat(TIMES.matcher(output).replaceAll("").stripTrailing() + "\n")
            .as(about)
            .matches(pattern(command.output()));
      }
    }
  }

  /** Returns the pattern of an output in which … is for anything, also for several lines. */
  private static Pattern pattern(List<String> lines) {
    StringBuilder pattern = new StringBuilder();
    for (String line : lines) {
      if (line.equals("…")) {
        pattern.append("(?:.*\\n)*?");
      } else {
        String[] parts = line.split("…", -1);
        for (int i = 0; i < parts.length; i++) {
          pattern.append(i == 0 ? "" : ".*").append(Pattern.quote(parts[i]));
        }
        pattern.append("\\n");
      }
    }
    return Pattern.compile(pattern.toString());
  }

  int run(String command, StringBuilder output) throws IOException, InterruptedException {
    Path file = state.resolveSibling("output");
    String script =
        ". %s; cd %s; { %s\n}; code=$?; export -p > %s; exit $code"
            .formatted(
                quoted(state.toString()),
                quoted(work.toString()),
                command,
                quoted(state.toString()));
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(file.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("PATH", programs + ":/usr/local/bin:/usr/bin:/bin");
    builder.environment().put("XDG_CACHE_HOME", state.resolveSibling("cache").toString());
    builder.environment().put("LANG", "C.UTF-8");
    Process process = builder.start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroy();
    }
    int exitCode = process.waitFor();
    output.append(Files.readString(file, StandardCharsets.UTF_8));
    return exitCode;
  }
}
