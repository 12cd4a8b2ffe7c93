package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Default values of options from the settings of one run; prints a line for each one ignored. */
final class Defaults implements IDefaultValueProvider {

  private final Settings settings;
  private final PrintWriter err;
  private final Set<String> said = new HashSet<>();

  Defaults(Settings settings, PrintWriter err) {
    this.settings = settings;
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
