package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.network.Network;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program {@code opencode-sandbox}: chooses a command, runs it and reports its failure. */
@Command(
    name = "opencode-sandbox",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Builds, serves and runs container images for coding agents.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Every option is also a system property and an environment variable:",
      "build --to is sandbox.build.to and SANDBOX_BUILD_TO. Options of build may",
      "leave \"build\" out: sandbox.to, SANDBOX_TO. Options that loosen a protection",
      "count on the command line only: --force, and those of run and security",
      "for what a container may do, see or use.",
      "",
      "Exit codes: 0 done, 1 internal error, 2 usage, 3 resolution,",
      "4 authentication, 5 network, 6 verification or policy, 7 lock mismatch."
    })
public final class OpenCodeSandbox {

  private static final SortedMap<String, Class<?>> COMMANDS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("build", BuildCommand.class),
              Map.entry("inspect", InspectCommand.class),
              Map.entry("lock", LockCommand.class),
              Map.entry("publish", PublishCommand.class),
              Map.entry("resolve", ResolveCommand.class),
              Map.entry("run", RunCommand.class),
              Map.entry("sbom", SbomCommand.class),
              Map.entry("security", SecurityCommand.class),
              Map.entry("serve", ServeCommand.class),
              Map.entry("verify", VerifyCommand.class)));

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean stacktrace;

  private Edition edition;
  private final PrintWriter out;
  private final PrintWriter err;
  private final List<ShownProgress> shown = new ArrayList<>();
  private @Nullable Failure failure;

  /** Creates the program for this product's images. */
  OpenCodeSandbox(PrintWriter out, PrintWriter err) {
    this(Edition.ofProduct(), out, err);
  }

  OpenCodeSandbox(Edition edition, PrintWriter out, PrintWriter err) {
    this.edition = edition;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs a command and ends the JVM with its exit code.
   *
   * @param arguments the words of the command line
   */
  public static void main(String[] arguments) {
    int exitCode = ofProcess().execute(Settings.ofProcess(), arguments);
    Selectors.end();
    System.exit(exitCode);
  }

  /** Returns the program with the process's output streams, and allows passwords of proxies. */
  static OpenCodeSandbox ofProcess() {
    Network.allowProxyPasswords();
    return new OpenCodeSandbox(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  Edition edition() {
    return edition;
  }

  /** Runs a command, reports its failure if there is one, and returns the exit code. */
  int execute(Settings settings, String... words) {
    String[] arguments = asOptions(words);
    CommandLine commandLine = commandLine(arguments);
    commandLine
        .getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
    commandLine.setOut(out);
    commandLine.setErr(err);
    try {
      edition = FileEdition.of(edition, commandLine, settings, err, arguments);
    } catch (IOException | RuntimeException | LinkageError e) {
      return report(Failure.of(e));
    }
    commandLine.setDefaultValueProvider(new Defaults(settings, edition, err));
    // "@edge https://…" is a repository with a tag, not a file of further arguments.
    commandLine.setExpandAtFiles(false);
    commandLine.setExecutionStrategy(OpenCodeSandbox::run);
    commandLine.setParameterExceptionHandler(
        (exception, ignored) -> report(Failure.usage(exception)));
    commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> report(Failure.of(edition.located(exception))));
    try {
      return commandLine.execute(arguments);
    } catch (Error e) {
      return report(Failure.of(e));
    } finally {
      closeProgress();
    }
  }

  /** Returns progress that is closed when the command ends, if the command does not close it. */
  ShownProgress keep(ShownProgress progress) {
    shown.add(progress);
    return progress;
  }

  private void closeProgress() {
    shown.forEach(ShownProgress::close);
    shown.clear();
  }

  /**
   * Returns {@code COMMAND --help} for {@code help COMMAND}, {@code --version} for {@code version},
   * and any other words as they are.
   */
  private static String[] asOptions(String... words) {
    if (words.length == 1 && words[0].equals("version")) {
      return new String[] {"--version"};
    }
    if (words.length == 0 || !words[0].equals("help")) {
      return words;
    }
    return Stream.concat(Stream.of(words).skip(1), Stream.of("--help")).toArray(String[]::new);
  }

  /** Runs a parsed command; only help texts, which this program wrote, may set colors. */
  private static int run(CommandLine.ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    CommandLine all = parsed.commandSpec().root().commandLine();
    all.setOut(Console.of(all.getOut()));
    all.setErr(Console.of(all.getErr()));
    return new CommandLine.RunLast().execute(parsed);
  }

  CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(this).setCommandName(edition.name());
    commands(arguments).forEach(commandLine::addSubcommand);
    OwnFile.addTo(commandLine.getSubcommands());
    Synopsis.shorten(commandLine.getSubcommands().values());
    edition.helpTexts().ifPresent(commandLine::setResourceBundle);
    return commandLine;
  }

  /** Returns only the command asked for, because reading a command's annotations takes time. */
  private static Map<String, Class<?>> commands(String... arguments) {
    for (String argument : arguments) {
      Class<?> command = COMMANDS.get(argument);
      if (command != null) {
        return Map.of(argument, command);
      }
      if (!argument.startsWith("-")) {
        break;
      }
    }
    return COMMANDS;
  }

  /** Returns the failure of the last command, if it failed. */
  Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  private int report(Failure newFailure) {
    failure = newFailure;
    closeProgress();
    // After a signal, this process deletes its temporary files, so this failure is a consequence.
    if (!TemporaryFiles.areEnding()) {
      newFailure.in(edition.name()).report(edition.name(), Console.of(err), stacktrace);
    }
    return newFailure.exitCode();
  }
}
