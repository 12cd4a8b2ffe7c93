package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The failure to find packages that satisfy all dependencies. */
@Api
public final class ResolutionException extends SandboxException {

  private static final long serialVersionUID = 1L;

  private final List<String> subjects;

  public ResolutionException(String message) {
    this(message, null, Set.of());
  }

  public ResolutionException(String message, Throwable cause) {
    this(message, cause, Set.of());
  }

  private ResolutionException(String message, @Nullable Throwable cause, Set<String> subjects) {
    super(message, cause);
    this.subjects = List.copyOf(new TreeSet<>(subjects));
  }

  /**
   * Returns a failure about packages.
   *
   * @param subjects the names in the message, of packages and of what they provide
   */
  public static ResolutionException of(String message, Set<String> subjects) {
    return new ResolutionException(message, null, subjects);
  }

  /** Returns a copy with another message. */
  public ResolutionException withMessage(String message) {
    return new ResolutionException(message, this, Set.copyOf(subjects));
  }

  /**
   * Returns the names of Alpine's packages that the failure is about, sorted, with those that
   * packages provide; empty if it is about something else.
   */
  public List<String> subjects() {
    return subjects;
  }
}
