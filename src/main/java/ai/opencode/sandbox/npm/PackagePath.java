package ai.opencode.sandbox.npm;

/** The path of a file inside a package, as it may become a path of an image. */
final class PackagePath {

  /** Engines take a file of this name for the order to delete another (image-spec, layer.md). */
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
      // A backslash separates folders for tools of another system.
      if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
        return false;
      }
    }
    return true;
  }
}
