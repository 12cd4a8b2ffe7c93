package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The failure of a request that is wrong: an unknown name, a bad option, an unwritable target. */
@Api
public final class UsageException extends SandboxException {

  private static final long serialVersionUID = 1L;

  private final List<String> mistakes;
  private final @Nullable DefinedPath subject;

  public UsageException(String message) {
    this(message, null, null);
  }

  public UsageException(String message, Throwable cause) {
    this(message, cause, null);
  }

  private UsageException(
      String message, @Nullable Throwable cause, @Nullable DefinedPath newSubject) {
    super(message, cause);
    mistakes = List.of();
    subject = newSubject;
  }

  private UsageException(String summary, List<String> mistakes) {
    super(summary + "\n" + String.join("\n", mistakes), null);
    this.mistakes = List.copyOf(mistakes);
    subject = null;
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

  /**
   * Returns a failure about a path of an image's definition.
   *
   * @param cause the failure whose message is repeated, from code that does not know the image
   */
  public static UsageException of(DefinedPath subject, UsageException cause) {
    return new UsageException(String.valueOf(cause.getMessage()), cause, subject);
  }

  /** Returns the path of a definition that the failure is about; empty if it is not about one. */
  public Optional<DefinedPath> subject() {
    return Optional.ofNullable(subject);
  }

  /** Returns a line for each reason; empty if there is one reason, which is the message. */
  public List<String> mistakes() {
    return mistakes;
  }
}
