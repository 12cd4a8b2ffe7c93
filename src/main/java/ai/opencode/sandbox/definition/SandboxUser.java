package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;

/**
 * The user that a sandbox runs as. The user's directories belong to group 0 and are group-writable,
 * so that an image also works if an orchestrator starts it with an arbitrary uid and group 0.
 *
 * @param name the name in {@code /etc/passwd}
 * @param uid the numeric user id, not 0
 * @param gid the numeric group id, not 0
 * @param home the absolute path of the home directory
 * @param shell the absolute path of a program in the image, which {@code /etc/shells} lists
 */
@Api
public record SandboxUser(String name, int uid, int gid, String home, String shell) {

  public static final SandboxUser OPENCODE =
      new SandboxUser("opencode", 1000, 1000, "/home/opencode", "/bin/bash");

  public SandboxUser {
    if (!name.matches("[a-z_][a-z0-9_-]{0,30}")) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is not a user name. Use up to 31 lower-case letters, digits, _ and -.");
    }
    if (uid <= 0 || gid <= 0) {
      throw new IllegalArgumentException(
          "A sandbox cannot run as root (" + uid + ":" + gid + "). Use ids above 0.");
    }
    if (!home.startsWith("/") || !shell.startsWith("/")) {
      throw new IllegalArgumentException(
          "The home directory "
              + home
              + " or the shell "
              + shell
              + " is not an absolute path. Begin both with a slash.");
    }
  }

  /**
   * Returns user and group as {@code 1000:1000}. They are numeric, because Kubernetes checks {@code
   * runAsNonRoot} without reading {@code /etc/passwd}.
   */
  public String numeric() {
    return uid + ":" + gid;
  }
}
