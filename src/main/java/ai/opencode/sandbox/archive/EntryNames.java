package ai.opencode.sandbox.archive;

import java.nio.charset.StandardCharsets;

/**
 * The rules for the names of a tar archive's entries and for the targets of links. A name must lead
 * to exactly one path below the root directory.
 */
final class EntryNames {

  /** Linux allows paths of 4,095 bytes, and container engines unpack below another directory. */
  private static final int MAX_PATH_BYTES = 3072;

  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_DEPTH = 128;

  private final boolean foreign;
  private final Refusal malformed;

  /**
   * Creates the rules.
   *
   * @param foreign whether the archive was made by another program, such as a container engine, so
   *     that names may begin with {@code ./}
   * @param malformed the error for a name that breaks the rules
   */
  EntryNames(boolean foreign, Refusal malformed) {
    this.foreign = foreign;
    this.malformed = malformed;
  }

  /**
   * Returns the path below the root, without a slash at either end; empty for the root itself.
   *
   * @param what the kind of name, for messages, such as {@code link target}
   */
  String path(String raw, String what) {
    String path = raw;
    while (foreign && path.startsWith("./")) {
      path = path.substring(2);
    }
    if (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (foreign && (path.isEmpty() || path.equals("."))) {
      return "";
    }
    if (path.isEmpty() || utf8Length(path) > MAX_PATH_BYTES) {
      throw malformed.of("a " + what + " that is empty or longer than " + MAX_PATH_BYTES);
    }
    if (hasControlCharacter(path)) {
      throw malformed.of("a " + what + " with control characters");
    }
    if (path.startsWith("/")) {
      throw malformed.of("the absolute " + what + " " + path);
    }
    if (parts(path, what) > MAX_DEPTH) {
      throw malformed.of("a " + what + " deeper than " + MAX_DEPTH + " directories");
    }
    return path;
  }

  /** Counts the parts of a path and rejects empty ones, {@code .} and {@code ..}. */
  private int parts(String path, String what) {
    int count = 0;
    for (int start = 0; start <= path.length(); count++) {
      int end = path.indexOf('/', start);
      end = end < 0 ? path.length() : end;
      String part = path.substring(start, end);
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw malformed.of("the " + what + " " + path + ", which does not name one place");
      }
      if (part.length() > MAX_NAME_BYTES / 3 && utf8Length(part) > MAX_NAME_BYTES) {
        throw malformed.of("a " + what + " with a part of more than " + MAX_NAME_BYTES + " bytes");
      }
      start = end + 1;
    }
    return count;
  }

  /** Checks the target of a symbolic link, which may point anywhere. */
  String symbolicTarget(String path, String target) {
    if (target.isEmpty() || utf8Length(target) > MAX_PATH_BYTES || hasControlCharacter(target)) {
      throw malformed.of(
          path + " is a symbolic link with an empty, over-long or unprintable target");
    }
    return target;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean hasControlCharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == 0x7f) {
        return true;
      }
    }
    return false;
  }
}
