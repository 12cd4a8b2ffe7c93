package ai.opencode.sandbox.npm;

/** The check that the path of a file inside a package can become a path of an image. */
final class PackagePath {

  /**
   * The prefix of a file's name that container engines read as the deletion of another file
   * (image-spec, layer.md).
   */
  private static final String WHITEOUT = ".wh.";

  private PackagePath() {}

  static boolean isValid(String path) {
    for (String segment : path.split("/", -1)) {
      if (!isSegment(segment)) {
        return false;
      }
    }
    return true;
  }

  static boolean isSegment(String segment) {
    if (segment.isEmpty()
        || segment.length() > 255
        || segment.equals(".")
        || segment.equals("..")
        || segment.startsWith(WHITEOUT)) {
      return false;
    }
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      // A backslash separates directories for tools of other systems.
      if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
        return false;
      }
    }
    return true;
  }
}
