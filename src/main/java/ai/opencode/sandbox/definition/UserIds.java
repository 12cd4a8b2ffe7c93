package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user and the group of a container's processes, by their numbers. Kubernetes checks {@code
 * runAsNonRoot} without reading {@code /etc/passwd}, so images have no names there.
 *
 * @param uid the user's number, at most 2147483647
 * @param gid the group's number, at most 2147483647
 */
@Api
public record UserIds(long uid, long gid) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

  /**
   * Creates the pair.
   *
   * @throws UsageException if a number is out of range
   */
  public UserIds {
    if (!isId(uid) || !isId(gid)) {
      throw new UsageException(
          "There is no user " + uid + ":" + gid + ". Use numbers up to 2147483647.");
    }
  }

  /** The kernel would truncate a larger number to another user, for example root. */
  private static boolean isId(long number) {
    return number >= 0 && number <= Integer.MAX_VALUE;
  }

  /**
   * Parses {@code UID:GID}.
   *
   * @throws UsageException if the text has another form, or a number is out of range
   */
  public static UserIds of(String text) {
    Matcher ids = FORM.matcher(text);
    if (!ids.matches()) {
      throw new UsageException(
          "\"" + text + "\" does not name a container's user. Use UID:GID in numbers.");
    }
    return new UserIds(Long.parseLong(ids.group(1)), Long.parseLong(ids.group(2)));
  }

  /**
   * Reads the user in the configuration of any image.
   *
   * @return empty for a user or group that is named otherwise than by a number in range
   */
  public static Optional<UserIds> find(String text) {
    try {
      return Optional.of(of(text));
    } catch (UsageException e) {
      return Optional.empty();
    }
  }

  /** Returns whether the user is root. */
  public boolean isRoot() {
    return uid == 0;
  }

  /** Returns {@code UID:GID}. */
  @Override
  public String toString() {
    return uid + ":" + gid;
  }
}
