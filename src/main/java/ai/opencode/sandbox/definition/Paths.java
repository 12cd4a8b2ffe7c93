package ai.opencode.sandbox.definition;

/** The form of paths in definitions: absolute, and without {@code .}, {@code ..} or empty parts. */
final class Paths {

  private Paths() {}

  static void requireAbsolute(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + path);
    }
    for (String part : path.substring(1).split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException("not a path without empty, . or .. parts: " + path);
      }
    }
  }
}
