package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.failure.Explanation;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.PlainText;
import java.util.List;
import org.apache.maven.plugin.AbstractMojoExecutionException;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;

/** The failure of a goal as Maven prints it: a sentence with its advice, and on request a trace. */
final class GoalFailure {

  private GoalFailure() {}

  /**
   * Returns the exception for Maven: a failure if the user can correct it, else an error.
   *
   * @param withCause whether Maven is to print stack traces; without, it would add the sentences of
   *     all causes to the message
   */
  static AbstractMojoExecutionException of(Throwable cause, boolean withCause) {
    Explanation explanation = Explanation.of(cause);
    StringBuilder message = new StringBuilder(line(explanation.sentence()));
    if (cause instanceof UsageException several) {
      mistakes(several).forEach(each -> message.append('\n').append(line(each)));
    }
    AbstractMojoExecutionException failure =
        explanation.kind().isPresent()
            ? new MojoFailureException(message.toString())
            : new MojoExecutionException(message.toString());
    if (withCause) {
      failure.initCause(cause);
    }
    return failure;
  }

  private static List<String> mistakes(UsageException several) {
    return several.mistakes();
  }

  private static String line(String sentence) {
    return PlainText.line(Advice.inMaven(sentence));
  }
}
