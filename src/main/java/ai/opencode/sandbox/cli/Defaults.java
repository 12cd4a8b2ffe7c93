package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Default values of options from the settings of one run, then from the program's own defaults;
 * prints a line for each setting that is ignored.
 */
final class Defaults implements IDefaultValueProvider {

  private final Settings settings;
  private final Edition edition;
  private final PrintWriter err;
  private final Set<String> said = new HashSet<>();

  Defaults(Settings settings, Edition edition, PrintWriter err) {
    this.settings = settings;
    this.edition = edition;
    this.err = err;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (argument instanceof OptionSpec option) {
      for (String name : settings.ignored(option)) {
        if (said.add(name)) {
          err.println(
              name
                  + " is ignored because "
                  + option.longestName()
                  + " loosens a protection. Give the option on the command line.");
        }
      }
    }
    String value = settings.defaultValue(argument);
    if (value == null && argument instanceof OptionSpec option) {
      value =
          edition
              .value(option.command().name(), option.longestName().replaceFirst("^-+", ""))
              .orElse(null);
    }
    return value == null ? null : literally(value);
  }

  /**
   * Escapes a value, because picocli replaces {@code ${env:NAME}} in defaults. A setting may come
   * from a file of a workspace and name a server, to which no variable of this process may go.
   */
  private static String literally(String value) {
    return value.replace("$", "$$");
  }
}
