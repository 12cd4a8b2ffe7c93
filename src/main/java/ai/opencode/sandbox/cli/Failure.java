package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.definition.file.Nearest;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.Explanation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.UserInfo;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.PlainText;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * A failed command as the user sees it: a message, and the exit code for its kind.
 *
 * @param exitCode the process's exit code, from 1 to 7
 * @param sentence the message, without control characters
 * @param cause the exception, shown with {@code --stacktrace}
 */
record Failure(int exitCode, String sentence, Throwable cause) {

  Failure {
    sentence = PlainText.line(sentence);
  }

  private static final int INTERNAL = 1;
  private static final int USAGE = 2;

  private static final Map<Class<? extends SandboxException>, Integer> EXIT_CODES =
      Map.of(
          UsageException.class, USAGE,
          ResolutionException.class, 3,
          AuthenticationException.class, 4,
          NetworkException.class, 5,
          VerificationException.class, 6,
          LockException.class, 7);

  static Failure of(Throwable exception) {
    Explanation explanation = Explanation.of(exception);
    return new Failure(
        explanation.kind().map(EXIT_CODES::get).orElse(INTERNAL),
        explanation.sentence(),
        exception);
  }

  static Failure usage(ParameterException exception) {
    String command = exception.getCommandLine().getCommandSpec().qualifiedName();
    String message =
        UserInfo.cutFromArguments(
            String.valueOf(exception.getMessage()).lines().findFirst().orElse(""));
    if (exception instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0);
      if (!exception.getCommandLine().getSubcommands().isEmpty() && !word.startsWith("-")) {
        message = UserInfo.cutFromArguments("There is no command \"" + word + "\"");
      }
      List<String> suggestions = suggestions(unmatched, word);
      if (!suggestions.isEmpty()) {
        message += ". Did you mean " + String.join(" or ", suggestions) + "?";
        return new Failure(USAGE, message + " See " + command + " --help", exception);
      }
    }
    String end = message.endsWith(".") ? " " : ". ";
    return new Failure(USAGE, message + end + "See " + command + " --help", exception);
  }

  /** Returns picocli's suggestions, or the command with swapped or other letters. */
  private static List<String> suggestions(UnmatchedArgumentException unmatched, String word) {
    List<String> suggestions = unmatched.getSuggestions();
    Set<String> commands = unmatched.getCommandLine().getSubcommands().keySet();
    return suggestions.isEmpty() && !word.startsWith("-")
        ? Nearest.to(word, new TreeSet<>(commands)).map(List::of).orElse(List.of())
        : suggestions;
  }

  /** Returns this failure with a program's name in the commands that the message suggests. */
  Failure in(String program) {
    return new Failure(
        exitCode, sentence.replace(Edition.PRODUCT + " lock", program + " lock"), cause);
  }

  /** Returns the lines that follow the message, without control characters. */
  List<String> details() {
    return cause instanceof UsageException several
        ? several.mistakes().stream().map(PlainText::line).toList()
        : List.of();
  }

  /**
   * Prints the message, and on request the stack trace.
   *
   * @param program the name of the program that failed
   */
  void report(String program, PrintWriter err, boolean stacktrace) {
    err.println(program + ": " + sentence);
    details().forEach(err::println);
    if (stacktrace) {
      cause.printStackTrace(err);
    }
    err.flush();
  }
}
