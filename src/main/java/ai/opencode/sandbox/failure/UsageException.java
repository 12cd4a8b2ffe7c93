package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.util.List;

/** The failure of a request that is wrong: an unknown name, a bad option, an unwritable target. */
@Api
public final class UsageException extends SandboxException {

  private static final long serialVersionUID = 1L;

  private final List<String> mistakes;

  public UsageException(String message) {
    super(message, null);
    mistakes = List.of();
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
    mistakes = List.of();
  }

  private UsageException(String summary, List<String> mistakes) {
    super(summary + "\n" + String.join("\n", mistakes), null);
    this.mistakes = List.copyOf(mistakes);
  }

  /**
   * Returns a failure with several reasons.
   *
   * @param summary a sentence about all of them, which is the first line of the message
   * @param mistakes a line for each reason, with its remedy
   */
  public static UsageException of(String summary, List<String> mistakes) {
    return new UsageException(summary, mistakes);
  }

  /** Returns a line for each reason; empty if there is one reason, which is the message. */
  public List<String> mistakes() {
    return mistakes;
  }
}
