package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The rules for paths in definitions: absolute, and without {@code .}, {@code ..} or empty parts,
 * so that a path names one place. A part that begins with {@code .wh.} would delete a file (OCI
 * image-spec, layer.md#whiteouts).
 */
final class Paths {

  private static final String WHITEOUT = ".wh.";

  /** Container engines unpack below another directory; Linux allows 4,095 bytes in all. */
  private static final int MAX_BYTES = 3072;

  private static final int MAX_PART_BYTES = 255;
  private static final int MAX_DEPTH = 128;
  private static final int PERMISSIONS = 0777;
  private static final int SETUID_OR_SETGID = 06000;

  /** Files that the build writes itself, and directories in which it writes all files. */
  private static final List<String> OF_THE_BUILD =
      List.of(
          "/etc/passwd",
          "/etc/group",
          "/etc/shadow",
          "/etc/shells",
          "/etc/apk/world",
          "/lib/apk/db",
          "/usr/lib/apk/db");

  private static final List<String> OF_THE_ENGINE =
      List.of("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab");

  private Paths() {}

  static void requireAbsolute(String path) {
    if (!path.startsWith("/")) {
      throw new UsageException(
          "\"" + shown(path) + "\" is not an absolute path. Begin it with a slash.");
    }
    String[] parts = path.substring(1).split("/", -1);
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new UsageException(
            "\""
                + shown(path)
                + "\" has an empty part, or the part . or .. in it. Use a path without these.");
      }
      if (part.startsWith(WHITEOUT)) {
        throw new UsageException(
            "\""
                + shown(path)
                + "\" has a part that begins with .wh., with which a layer deletes a file of the"
                + " layers below. Use another name.");
      }
      if (bytes(part) > MAX_PART_BYTES) {
        throw new UsageException(
            "\"" + shown(path) + "\" has a part of more than 255 bytes. Use a shorter name.");
      }
    }
    if (bytes(path) > MAX_BYTES || parts.length > MAX_DEPTH) {
      throw new UsageException(
          "\""
              + shown(path)
              + "\" is longer than 3072 bytes or deeper than 128 directories. Use a shorter path.");
    }
    requirePrintable(path);
  }

  /** Refuses control characters, and names that could not be decoded from the file system. */
  static void requirePrintable(String text) {
    if (text.chars().anyMatch(each -> Character.isISOControl(each) || each == 0xFFFD)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new UsageException(
          "\""
              + shown(text)
              + "\" has characters that cannot be printed or decoded. Use another name; if the name"
              + " is that of a file of this machine, set LC_ALL=C.UTF-8.");
    }
  }

  /** Refuses paths whose files the build or the engine writes. */
  static void requireFree(String path) {
    for (String each : OF_THE_BUILD) {
      if (isAtOrBelow(path, each)) {
        throw new UsageException(
            path
                + " cannot be in a definition: the build writes "
                + each
                + " itself, from the user and the packages. Leave it out.");
      }
    }
    if (OF_THE_ENGINE.contains(path)) {
      throw new UsageException(
          path
              + " cannot be in a definition: every container has one of its engine, which hides the"
              + " image's. Leave it out.");
    }
    if (SystemPlaces.isOfTheKernel(path)) {
      throw new UsageException(
          path
              + " cannot be in a definition: the kernel's file systems hide it in every container."
              + " Use another path.");
    }
  }

  static void requireMode(String path, int mode) {
    if ((mode & SETUID_OR_SETGID) != 0) {
      throw new UsageException(
          path
              + " cannot have the mode "
              + Integer.toOctalString(mode)
              + ": setuid and setgid give a program the rights of its owner, which a sandbox"
              + " forbids. Use octal 0 to 777.");
    }
    if ((mode & ~PERMISSIONS) != 0) {
      throw new UsageException(
          path + " cannot have the mode " + Integer.toOctalString(mode) + ". Use octal 0 to 777.");
    }
  }

  static void requireOwner(String path, int uid, int gid) {
    if (uid < 0 || gid < 0) {
      throw new UsageException(
          path
              + " cannot have the owner "
              + uid
              + ":"
              + gid
              + ". Use numbers that are not negative.");
    }
  }

  static boolean isAtOrBelow(String path, String directory) {
    return path.equals(directory) || path.startsWith(directory + "/");
  }

  /** Returns a text without control characters, for a message. */
  private static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > 200 ? plain.substring(0, 200) + "…" : plain;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
