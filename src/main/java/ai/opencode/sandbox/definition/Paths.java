package ai.opencode.sandbox.definition;

/** The form of paths in definitions: absolute, and without {@code .}, {@code ..} or empty parts. */
final class Paths {

  private Paths() {}

  static void requireAbsolute(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException(
          "\"" + path + "\" is not an absolute path. Begin it with a slash.");
    }
    for (String part : path.substring(1).split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException(
            "\""
                + path
                + "\" has an empty part, or the part . or .. in it. Use a path without these.");
      }
    }
  }
}
