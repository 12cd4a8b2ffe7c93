package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.UserIds;
import java.util.Optional;

/** The user and group that an image names by numbers. */
record ImageUser(UserIds ids) {

  /**
   * Parses the user in an image's configuration.
   *
   * @return empty for root, and for a user or group that is named otherwise than by a number
   */
  static Optional<ImageUser> of(String text) {
    return UserIds.find(text).filter(each -> !each.isRoot()).map(ImageUser::new);
  }

  /** Returns whether the image's {@code /etc/passwd} and {@code /etc/group} name these ids. */
  boolean isKnown(UserIds other) {
    return other.uid() == ids.uid() && (other.gid() == ids.gid() || other.gid() == 0);
  }
}
