package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Starts the program. */
@Command(
    name = "opencode-sandbox",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Builds, serves and runs container images for coding agents.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {BuildCommand.class, ResolveCommand.class, ServeCommand.class},
    footer = {
      "",
      "Every option is also a system property (sandbox.build.to, or sandbox.to) and an environment",
      "variable (SANDBOX_BUILD_TO).",
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage, 3 resolution, 4 authentication, 5 network,",
      "6 verification or policy, 7 lock mismatch."
    })
public final class OpenCodeSandbox {

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error comes from.")
  private boolean stacktrace;

  private OpenCodeSandbox() {}

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param arguments as a shell gives them
   */
  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs a command and returns its exit code. */
  static int execute(String... arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return commandLine(out, err).execute(arguments);
  }

  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    OpenCodeSandbox program = new OpenCodeSandbox();
    CommandLine commandLine = new CommandLine(program);
    commandLine.setOut(out);
    commandLine.setErr(err);
    commandLine.setDefaultValueProvider(Settings.ofProcess());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setParameterExceptionHandler(
        (exception, arguments) -> Failure.usage(exception).report(err, false));
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> Failure.of(exception).report(err, program.stacktrace));
    return commandLine;
  }
}
