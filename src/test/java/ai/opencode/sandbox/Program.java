package ai.opencode.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The runnable jar, started in a new process like a user does. */
record Program(Path java, List<String> prefix, Map<String, String> environment) {

  private static final Path JAR = Path.of("target", "opencode-sandbox.jar").toAbsolutePath();

  /** As the program's own launcher does. */
  private static final List<String> COMPILING_LITTLE =
      List.of(
          "-XX:Tier4InvocationThreshold=50000",
          "-XX:Tier4MinInvocationThreshold=6000",
          "-XX:Tier4CompileThreshold=100000",
          "-XX:Tier4BackEdgeThreshold=400000");

  /** With the Java that runs this test. */
  static Program standard() {
    return new Program(
        Path.of(System.getProperty("java.home"), "bin", "java"), List.of(), Map.of());
  }

  /** Returns the program with each Java of this machine that can run it, by version. */
  static List<Program> everyJava() throws IOException, InterruptedException {
    Map<String, Program> byVersion = new TreeMap<>();
    List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
    Path debian = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> found = Files.list(debian)) {
        homes.addAll(found.sorted().toList());
      }
    }
    for (Path home : homes) {
      Path java = home.resolve("bin/java");
      if (Files.isExecutable(java)) {
        Program program = new Program(java, List.of(), Map.of());
        String version = program.version();
        if (Integer.parseInt(version.replaceFirst("[^0-9].*", "")) >= 17) {
          byVersion.putIfAbsent(version, program);
        }
      }
    }
    return List.copyOf(byVersion.values());
  }

  private String version() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(java.toString(), "-XshowSettings:properties", "-version")
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text.lines()
        .filter(line -> line.strip().startsWith("java.version = "))
        .map(line -> line.substring(line.indexOf('=') + 1).strip())
        .findFirst()
        .orElse("0");
  }

  /** Returns the program behind a command, such as {@code sh -c 'umask 077; exec "$@"' sh}. */
  Program through(String... newPrefix) {
    return new Program(java, List.of(newPrefix), environment);
  }

  Program with(String variable, String value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(variable, value);
    return new Program(java, prefix, more);
  }

  /** Starts the program in a file's directory, with the file as output. */
  Process start(Path output, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(java.toString(), "-XX:+UseSerialGC"));
    command.addAll(COMPILING_LITTLE);
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.directory(output.resolveSibling("").toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs the program, which must end with exit code 0. */
  String run(Path output, List<String> arguments) throws IOException, InterruptedException {
    int exitCode = start(output, arguments).waitFor();
    String text = Files.readString(output);
    if (exitCode != 0) {
      throw new AssertionError(arguments + " ended with " + exitCode + ":\n" + text);
    }
    return text;
  }
}
