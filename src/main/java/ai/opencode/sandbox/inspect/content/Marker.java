package ai.opencode.sandbox.inspect.content;

import org.jspecify.annotations.Nullable;

/**
 * A whiteout: a file name by which a layer deletes paths of lower layers (image-spec, layer.md).
 *
 * @param path the deleted path, or the directory that is emptied
 * @param opaque whether it empties a directory
 */
record Marker(String path, boolean opaque) {

  private static final String PREFIX = ".wh.";
  static final String OPAQUE = ".wh..wh..opq";

  /** Parses a path; null if it is not a whiteout. */
  static @Nullable Marker of(String path) {
    int slash = path.lastIndexOf('/');
    String directory = path.substring(0, Math.max(0, slash));
    if (!path.startsWith(PREFIX, slash + 1)) {
      return null;
    }
    if (path.startsWith(OPAQUE, slash + 1) && path.length() == slash + 1 + OPAQUE.length()) {
      return new Marker(directory, true);
    }
    String hidden = path.substring(slash + 1 + PREFIX.length());
    return new Marker(directory.isEmpty() ? hidden : directory + "/" + hidden, false);
  }

  /** Returns whether a directory of the path has the name of a whiteout. */
  static boolean isInPath(String path) {
    return path.lastIndexOf('/') > 0
        && ("/" + path.substring(0, path.lastIndexOf('/'))).contains("/" + PREFIX);
  }

  /** Returns whether the whiteout lacks the name of a file to delete. */
  boolean namesNothing() {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return !opaque && (name.isEmpty() || name.equals(".") || name.equals(".."));
  }

  /** Returns whether the whiteout deletes a whiteout of lower layers, which cannot exist. */
  boolean isOfMarker() {
    return path.startsWith(PREFIX, path.lastIndexOf('/') + 1);
  }
}
