package ai.opencode.sandbox.run;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The user and group that an image names by numbers. */
record ImageUser(long uid, long gid) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,10}):(\\d{1,10})");

  /**
   * Parses the user in an image's configuration.
   *
   * @return empty for root, and for a user or group that is named otherwise than by a number
   */
  static Optional<ImageUser> of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    ImageUser user =
        new ImageUser(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    return user.uid() == 0 ? Optional.empty() : Optional.of(user);
  }

  /** Returns whether the image's {@code /etc/passwd} and {@code /etc/group} name these ids. */
  boolean isKnown(long otherUid, long otherGid) {
    return otherUid == uid && (otherGid == gid || otherGid == 0);
  }
}
