package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A place in an npm tree, as the keys of a lock name it: {@code
 * node_modules/a/node_modules/@scope/b}. Nothing but package names may stand between the {@code
 * node_modules}, so such a path cannot leave the tree.
 */
final class InstallPath {

  static final String FOLDER = "node_modules/";

  // Upper case is legacy but still on registries. A leading dot would allow ".bin" and "..".
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
            + "\" is not a place below node_modules; expected"
            + " node_modules/<name>[/node_modules/<name>…] (workspaces and linked folders are not"
            + " supported)");
  }

  /** The name of the folder that holds the package, which an alias makes differ from its name. */
  static String lastName(String path) {
    return path.substring(folder(path).length());
  }

  /** The {@code node_modules/} that the package lies in, with its slash. */
  static String folder(String path) {
    return path.substring(0, path.lastIndexOf(FOLDER) + FOLDER.length());
  }

  /** The package that the package lies in, or an empty text at the top. */
  static String container(String path) {
    int folder = path.lastIndexOf("/" + FOLDER);
    return folder < 0 ? "" : path.substring(0, folder);
  }

  static boolean isTop(String path) {
    return container(path).isEmpty();
  }

  /** Number of packages on the way from the top, the package itself included. */
  static int depth(String path) {
    int depth = 1;
    for (String up = container(path); !up.isEmpty(); up = container(up)) {
      depth++;
    }
    return depth;
  }
}
