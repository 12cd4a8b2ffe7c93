package ai.opencode.sandbox.inspect.content;

import org.jspecify.annotations.Nullable;

/**
 * A name by which a layer takes away what lower layers have (image-spec, layer.md).
 *
 * @param path that is taken away, or the folder that is emptied
 * @param opaque whether it empties a folder
 */
record Marker(String path, boolean opaque) {

  private static final String PREFIX = ".wh.";
  static final String OPAQUE = ".wh..wh..opq";

  /** Null for an entry that is what it says. */
  static @Nullable Marker of(String path) {
    int slash = path.lastIndexOf('/');
    String folder = path.substring(0, Math.max(0, slash));
    if (!path.startsWith(PREFIX, slash + 1)) {
      return null;
    }
    if (path.startsWith(OPAQUE, slash + 1) && path.length() == slash + 1 + OPAQUE.length()) {
      return new Marker(folder, true);
    }
    String hidden = path.substring(slash + 1 + PREFIX.length());
    return new Marker(folder.isEmpty() ? hidden : folder + "/" + hidden, false);
  }

  /** Whether a folder of the path has the name of a marker. */
  static boolean isInPath(String path) {
    return path.lastIndexOf('/') > 0
        && ("/" + path.substring(0, path.lastIndexOf('/'))).contains("/" + PREFIX);
  }

  /** Whether what is taken away has no name of its own in its folder. */
  boolean namesNothing() {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return !opaque && (name.isEmpty() || name.equals(".") || name.equals(".."));
  }

  /** Whether the marker takes away lower layers' own markers, which they cannot have. */
  boolean isOfMarker() {
    return path.startsWith(PREFIX, path.lastIndexOf('/') + 1);
  }
}
