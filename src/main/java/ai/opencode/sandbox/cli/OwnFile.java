package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.definition.file.Contents;
import ai.opencode.sandbox.definition.file.SandboxFile;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options for the file of one's own images. They are read before the whole command line,
 * because the file has values for other options.
 */
@Command
final class OwnFile {

  /** The name of the option for the file, without hyphens. */
  static final String FILE = "file";

  private static final String OPTION = "--" + FILE;

  /** The commands that know images or servers by the file, with those below them. */
  private static final Set<String> COMMANDS =
      Set.of("build", "inspect", "lock", "publish", "resolve", "run", "sbom", "security", "verify");

  /** The commands that make images, or compare them or their locks with their definitions. */
  private static final Set<String> READERS = Set.of("build", "lock", "archive", "sbom", "verify");

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description = {
        "File with images of your own and their settings. Options precede what it says.",
        "Default: " + SandboxFile.NAME + ", if it is in the current directory"
      })
  private @Nullable String file;

  @CommandLineOnly
  @Option(
      names = "--allow-outside",
      description =
          "Let the file name files outside of its directory. Accepted on the command line only.")
  private boolean allowOutside;

  @Option(
      names = {"-h", "--help", "-V", "--version"},
      hidden = true)
  private boolean help;

  /** Adds the options to the commands that have them. */
  static void addTo(Map<String, CommandLine> commands) {
    commands.forEach(
        (name, command) -> {
          if (COMMANDS.contains(name)) {
            add(command);
          }
        });
  }

  private static void add(CommandLine command) {
    CommandSpec options = CommandSpec.create();
    CommandSpec.forAnnotatedObject(new OwnFile()).options().stream()
        .filter(each -> !each.hidden())
        .forEach(options::addOption);
    command.getCommandSpec().addMixin(FILE, options);
    command.getSubcommands().values().forEach(OwnFile::add);
  }

  /**
   * Reads the options from a command line; empty if its command does not have them, or it asks for
   * help.
   *
   * @param arguments the words of the command line, of which others are passed over
   */
  static Optional<OwnFile> of(CommandLine command, String... arguments) {
    OwnFile options = new OwnFile();
    if (option(command).isEmpty()) {
      return Optional.empty();
    }
    try {
      new CommandLine(options)
          .setUnmatchedArgumentsAllowed(true)
          .setExpandAtFiles(false)
          .setOverwrittenOptionsAllowed(true)
          .parseArgs(arguments);
    } catch (ParameterException e) {
      return Optional.empty(); // The command itself refuses these arguments.
    }
    return options.help ? Optional.empty() : Optional.of(options);
  }

  /** Returns the option for the file; empty if the command does not have it. */
  static Optional<OptionSpec> option(CommandLine command) {
    return Optional.ofNullable(command.getCommandSpec().optionsMap().get(OPTION));
  }

  /** Returns the use that a command has for the contents of files that images get. */
  static Contents contents(CommandLine command) {
    return READERS.contains(command.getCommandName()) ? Contents.READ : Contents.LEFT_OUT;
  }

  /**
   * Returns whether a command line could need the file: {@code security} does not without an image.
   */
  static boolean isNeeded(CommandLine command, String... arguments) {
    return !command.getCommandName().equals("security")
        || Arrays.stream(arguments).anyMatch(each -> each.startsWith("--image"));
  }

  /**
   * Returns whether a command needs the file only for names, so that it is read when one is given.
   */
  static boolean isForNames(CommandLine command) {
    return command.getCommandName().equals("run");
  }

  /** Returns the name of the file. */
  Optional<String> file() {
    return Optional.ofNullable(file);
  }

  boolean allowsOutside() {
    return allowOutside;
  }
}
