package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import java.util.Map;

/** The check that the variables of an image let its programs be found and its home be written. */
final class Environment {

  /** Directories of Alpine's programs, one of which every image needs. */
  private static final List<String> PROGRAMS = List.of("/usr/bin", "/bin");

  private Environment() {}

  static void require(Map<String, String> variables, SandboxUser user) {
    String path = variables.get("PATH");
    if (path != null) {
      requirePath(List.of(path.split(":", -1)));
    }
    String home = variables.get("HOME");
    if (home != null && !home.equals(user.home())) {
      throw new UsageException(
          "HOME is \""
              + home.replaceAll("\\p{Cntrl}", "?")
              + "\", but the home of the image's user, which is writable, is "
              + user.home()
              + ". Leave HOME out.");
    }
  }

  private static void requirePath(List<String> directories) {
    for (String each : directories) {
      if (!each.startsWith("/")) {
        throw new UsageException(
            "PATH "
                + (each.isEmpty() ? "is empty or has an empty part" : "has the part " + each)
                + ", so programs in the current directory would be run. Write absolute"
                + " directories with colons between them.");
      }
    }
    if (PROGRAMS.stream().noneMatch(directories::contains)) {
      throw new UsageException(
          "PATH has neither /usr/bin nor /bin, so no program of a package would be found. Add these"
              + " with a colon between them.");
    }
  }
}
