package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
    subcommands = {
      BuildCommand.class,
      InspectCommand.class,
      LockCommand.class,
      ResolveCommand.class,
      RunCommand.class,
      SecurityCommand.class,
      ServeCommand.class,
      VerifyCommand.class
    },
    footer = {
      "",
      "Every option is also a system property and an environment variable:",
      "build --to is sandbox.build.to and SANDBOX_BUILD_TO. Options of build may",
      "leave \"build\" out: sandbox.to, SANDBOX_TO.",
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage, 3 resolution,",
      "4 authentication, 5 network, 6 verification or policy, 7 lock mismatch."
    })
public final class OpenCodeSandbox {

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error comes from.")
  private boolean stacktrace;

  private final PrintWriter out;
  private final PrintWriter err;
  private @Nullable Failure failure;

  OpenCodeSandbox(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param arguments as a shell gives them
   */
  public static void main(String[] arguments) {
    System.exit(ofProcess().execute(Settings.ofProcess(), arguments));
  }

  /** With the process's own output streams. */
  static OpenCodeSandbox ofProcess() {
    return new OpenCodeSandbox(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  /** Runs a command, says what went wrong if something did, and returns the exit code. */
  int execute(Settings settings, String... arguments) {
    CommandLine commandLine = new CommandLine(this);
    commandLine
        .getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
    commandLine.setOut(out);
    commandLine.setErr(err);
    commandLine.setDefaultValueProvider(settings);
    // "@edge https://…" is a repository with a tag, and no file of further arguments.
    commandLine.setExpandAtFiles(false);
    commandLine.setParameterExceptionHandler(
        (exception, ignored) -> report(Failure.usage(exception)));
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> report(Failure.of(exception)));
    try {
      return commandLine.execute(arguments);
    } catch (Error e) {
      return report(Failure.of(e));
    }
  }

  /** What went wrong in the last command. */
  Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  private int report(Failure newFailure) {
    failure = newFailure;
    newFailure.report(err, stacktrace);
    return newFailure.exitCode();
  }
}
