package ai.opencode.sandbox.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The settings of one run, with one line for each that is ignored. */
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
                  + " is ignored: "
                  + option.longestName()
                  + " loosens something, so it counts on the command line only");
        }
      }
    }
    String value = settings.defaultValue(argument);
    return value == null ? null : literally(value);
  }

  /**
   * Picocli replaces {@code ${env:NAME}} in defaults. What is set is a value, in which nothing of
   * this process is to be put: it may come from a file of a workspace, and name a server.
   */
  private static String literally(String value) {
    return value.replace("$", "$$");
  }
}
