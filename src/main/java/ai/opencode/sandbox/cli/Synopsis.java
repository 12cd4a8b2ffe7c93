package ai.opencode.sandbox.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Range;

/**
 * The first line of a command's help: the options that it requires and its words. The library's own
 * form has each option of the list below it once more, in up to 15 lines before the sentence that
 * says what the command does.
 */
final class Synopsis {

  /** The columns of a terminal without those of the heading before the synopsis. */
  private static final int WIDTH = 80 - "Usage: ".length();

  private static final String INDENT = "  ";

  private Synopsis() {}

  /** Sets the synopses of commands and of those below them. */
  static void shorten(Iterable<CommandLine> commands) {
    for (CommandLine command : commands) {
      CommandSpec spec = command.getCommandSpec();
      spec.usageMessage().customSynopsis(lines(words(spec)).toArray(new String[0]));
      shorten(command.getSubcommands().values());
    }
  }

  private static List<String> words(CommandSpec spec) {
    List<String> words = new ArrayList<>();
    words.add("${COMMAND-FULL-NAME}");
    words.add("[OPTIONS]");
    for (OptionSpec option : spec.options()) {
      if (option.required()) {
        words.add(option.longestName() + "=" + option.paramLabel());
      }
    }
    for (PositionalParamSpec each : spec.positionalParameters()) {
      Range arity = each.arity();
      String label = each.paramLabel() + (arity.max() > 1 ? "..." : "");
      words.add(arity.min() == 0 ? "[" + label + "]" : label);
    }
    if (!spec.subcommands().isEmpty()) {
      words.add("[COMMAND]");
    }
    return words;
  }

  private static List<String> lines(List<String> words) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words) {
      if (line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(INDENT);
      }
      line.append(line.toString().isBlank() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
