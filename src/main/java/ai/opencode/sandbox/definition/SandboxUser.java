package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The user that a sandbox runs as. The user's directories belong to group 0 and are group-writable,
 * so that an image also works if an orchestrator starts it with an arbitrary uid and group 0.
 *
 * @param name the name in {@code /etc/passwd}
 * @param uid the numeric user id, not 0
 * @param gid the numeric group id, not 0
 * @param home the absolute path of the home directory
 * @param shell the absolute path of a program in the image, which {@code /etc/shells} of the image
 *     must list
 */
@Api
public record SandboxUser(String name, int uid, int gid, String home, String shell) {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._+@/-]+");
  private static final Set<String> OF_EVERY_SANDBOX = Set.of("/tmp", "/workspace");

  public static final SandboxUser OPENCODE =
      new SandboxUser("opencode", 1000, 1000, "/home/opencode", "/bin/bash");

  public SandboxUser {
    if (!name.matches("[a-z_][a-z0-9_-]{0,30}")) {
      throw new UsageException(
          "\""
              + name.replaceAll("\\p{Cntrl}", "?")
              + "\" is not a user name. Use up to 31 lower-case letters, digits, _ and -, beginning"
              + " with a letter or _.");
    }
    if (uid <= 0 || gid <= 0 || name.equals("root")) {
      throw new UsageException(
          "A sandbox cannot run as root ("
              + name
              + ", "
              + uid
              + ":"
              + gid
              + "). Use another name and ids above 0.");
    }
    requirePath(home);
    requirePath(shell);
    if (SystemPlaces.isOfTheImage(home)
        || SystemPlaces.isOfTheKernel(home)
        || OF_EVERY_SANDBOX.contains(home)) {
      throw new UsageException(
          home
              + " cannot be a home directory: in a hardened container an empty directory would"
              + " replace the image's files there. Use one such as /home/"
              + name
              + ".");
    }
  }

  private static void requirePath(String path) {
    Paths.requireAbsolute(path);
    if (!PLAIN.matcher(path).matches()) {
      throw new UsageException(
          "\""
              + path
              + "\" cannot be the home directory or the shell of a user. Use letters, digits and"
              + " . _ + @ - in it.");
    }
  }

  /**
   * Returns a user with the home directory {@code /home/NAME} and the shell {@code /bin/sh}.
   *
   * @throws UsageException if the name is not a valid user name, or an id is not above 0
   */
  public static SandboxUser of(String name, int uid, int gid) {
    return new SandboxUser(name, uid, gid, "/home/" + name, "/bin/sh");
  }

  public SandboxUser withShell(String newShell) {
    return new SandboxUser(name, uid, gid, home, newShell);
  }

  /** Returns the numbers of user and group. */
  public UserIds ids() {
    return new UserIds(uid, gid);
  }
}
