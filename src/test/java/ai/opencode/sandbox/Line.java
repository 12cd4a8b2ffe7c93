package ai.opencode.sandbox;

import ai.opencode.sandbox.SandboxContainer.Outcome;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of the contract and the shell script that proves it. The script runs in a new empty
 * folder of the running sandbox and must end with exit code 0.
 *
 * @param says the line, in the contract's words
 * @param prints what all of the script's output must match; null where only the exit code counts
 * @param asRoot whether to run it as root, for what only root may look at
 * @param profiles under which it holds
 */
record Line(
    String says, String script, @Nullable Pattern prints, boolean asRoot, Set<Profile> profiles) {

  /** Where nothing can be written, only the lines hold that say so. */
  private static final Set<Profile> WRITABLE = EnumSet.complementOf(EnumSet.of(Profile.READ_ONLY));

  static Line line(String says, String script) {
    return new Line(says, script, null, false, WRITABLE);
  }

  /** The script must print exactly this. */
  Line prints(String text) {
    return matches(Pattern.quote(text));
  }

  /** The whole output, less the line break at its end, must match. */
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
   * @throws AssertionError saying where what ran and what came of it
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
