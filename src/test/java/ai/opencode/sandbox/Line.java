package ai.opencode.sandbox;

import ai.opencode.sandbox.SandboxContainer.Outcome;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of the contract and the shell script that checks it. The script runs in a new empty
 * directory of the running sandbox and must end with exit code 0.
 *
 * @param says the line's text, as in the contract
 * @param script the shell script
 * @param prints the pattern of the script's whole output; null if only the exit code counts
 * @param asRoot whether root runs the script, for files that only root may read
 * @param profiles the profiles that the line is for
 */
record Line(
    String says, String script, @Nullable Pattern prints, boolean asRoot, Set<Profile> profiles) {

  /** All profiles except the read-only one, which has lines of its own. */
  private static final Set<Profile> WRITABLE = EnumSet.complementOf(EnumSet.of(Profile.READ_ONLY));

  static Line line(String says, String script) {
    return new Line(says, script, null, false, WRITABLE);
  }

  /** Returns a line whose script must print exactly a text. */
  Line prints(String text) {
    return matches(Pattern.quote(text));
  }

  /** Returns a line whose script's output, without the last line break, must match. */
  Line matches(String expression) {
    return new Line(says, script, Pattern.compile(expression, Pattern.DOTALL), asRoot, profiles);
  }

  Line byRoot() {
    return new Line(says, script, prints, true, profiles);
  }

  Line onlyIn(Profile first, Profile... more) {
    return new Line(says, script, prints, asRoot, EnumSet.of(first, more));
  }

  /**
   * Runs the script.
   *
   * @throws AssertionError if the script fails, with the container, the script and its output
   */
  void check(SandboxContainer sandbox) {
    Function<String, Outcome> shell = asRoot ? text -> sandbox.runAs("0:0", text) : sandbox::run;
    Outcome outcome = shell.apply(script);
    if (outcome.exitCode() != 0) {
      throw new AssertionError(report(sandbox, "exit code " + outcome.exitCode(), outcome));
    }
    if (prints != null && !prints.matcher(outcome.stdout().stripTrailing()).matches()) {
      throw new AssertionError(report(sandbox, "output does not match " + prints, outcome));
    }
  }

  private String report(SandboxContainer sandbox, String fault, Outcome outcome) {
    return String.join(
        "\n",
        sandbox + ": " + says + ": " + fault,
        "--- script",
        script.stripTrailing(),
        "--- stdout",
        outcome.stdout().stripTrailing(),
        "--- stderr",
        outcome.stderr().stripTrailing());
  }
}
