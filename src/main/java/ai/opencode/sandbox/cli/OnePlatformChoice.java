package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import java.util.List;
import java.util.stream.Collectors;

/** The choice of a platform for a command that treats one, if the user names none. */
final class OnePlatformChoice {

  private OnePlatformChoice() {}

  /**
   * Returns the only platform, or that of this machine among several.
   *
   * @param what the image's notation for messages
   * @throws UsageException if there are several, none of them this machine's
   */
  static Platform of(List<Platform> platforms, String what) {
    if (platforms.size() == 1) {
      return platforms.get(0);
    }
    if (platforms.contains(Platform.host())) {
      return Platform.host();
    }
    throw new UsageException(
        what
            + " is for "
            + platforms.stream().map(Platform::toString).collect(Collectors.joining(", "))
            + ", and not for this machine. Choose one with --platform.");
  }
}
