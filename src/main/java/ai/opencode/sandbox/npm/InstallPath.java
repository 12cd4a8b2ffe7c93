package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The place of a package in an npm tree, in the form of a lock's keys: {@code
 * node_modules/a/node_modules/@scope/b}. Only package names are allowed between the {@code
 * node_modules}, so such a path cannot leave the tree.
 */
final class InstallPath {

  static final String FOLDER = "node_modules/";

  // Some registries still have old names with upper case. A leading dot would allow ".bin" and
  // "..".
  private static final String WORD = "[A-Za-z0-9~_-][A-Za-z0-9._~-]*";
  private static final Pattern NAME = Pattern.compile("(?:@" + WORD + "/)?" + WORD);
  private static final int MAX_NAME = 214;
  private static final int MAX_DEPTH = 64;

  private InstallPath() {}

  static boolean isName(String name) {
    return name.length() <= MAX_NAME
        && NAME.matcher(name).matches()
        && !name.equals("node_modules")
        && !name.endsWith("/node_modules");
  }

  static String requireValid(String path, String source) {
    if (!path.startsWith(FOLDER)) {
      throw invalid(path, source);
    }
    List<String> names = List.of(path.substring(FOLDER.length()).split("/node_modules/", -1));
    if (names.size() > MAX_DEPTH || !names.stream().allMatch(InstallPath::isName)) {
      throw invalid(path, source);
    }
    return path;
  }

  private static VerificationException invalid(String path, String source) {
    return new VerificationException(
        source
            + ": \""
            + path
            + "\" is not of the form node_modules/<name>[/node_modules/<name>…]"
            + " (workspaces and linked directories are not supported)");
  }

  /** Returns the name of the package's directory, which is the alias if the project uses one. */
  static String lastName(String path) {
    return path.substring(directory(path).length());
  }

  /** Returns the {@code node_modules/} that contains the package, with its slash. */
  static String directory(String path) {
    return path.substring(0, path.lastIndexOf(FOLDER) + FOLDER.length());
  }

  /** Returns the install path of the containing package; empty at the top level. */
  static String container(String path) {
    int directory = path.lastIndexOf("/" + FOLDER);
    return directory < 0 ? "" : path.substring(0, directory);
  }

  static boolean isTop(String path) {
    return container(path).isEmpty();
  }

  /** Returns the number of packages on the path, including the package itself. */
  static int depth(String path) {
    int depth = 1;
    for (String up = container(path); !up.isEmpty(); up = container(up)) {
      depth++;
    }
    return depth;
  }
}
