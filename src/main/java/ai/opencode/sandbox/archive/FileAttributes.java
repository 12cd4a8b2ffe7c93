package ai.opencode.sandbox.archive;

import java.util.Map;
import java.util.Optional;

/**
 * The extended attributes that files of an image may have: {@code security.capability}, which makes
 * a program as powerful as setuid and is reported, and {@code user.*}. Engines differ in which of
 * the others they keep, and some of the others control the engine's own file system.
 */
public final class FileAttributes {

  public static final String CAPABILITY = "security.capability";

  private static final String USER = "user.";

  /** ext4 stores all attributes of a file in one block. */
  private static final int MAX_BYTES = 2048;

  private static final int MAX_NAME = 255;
  private static final int CAPABILITY_BYTES = 20;

  private FileAttributes() {}

  /** Returns whether images keep the attribute. */
  public static boolean isKept(String name) {
    return name.equals(CAPABILITY) || (name.startsWith(USER) && !isDangerous(name));
  }

  /**
   * Returns whether a file system uses the attribute to locate other files or to change
   * permissions. Labels of the machine that made the archive are not dangerous.
   */
  public static boolean isDangerous(String name) {
    return name.startsWith("trusted.")
        || name.startsWith("system.")
        || name.equals("user.overlay")
        || name.startsWith("user.overlay.")
        || name.equals(USER)
        || name.isEmpty();
  }

  /**
   * Returns the reason why engines would not apply exactly the attributes that a layer's entry
   * lists; empty if they would.
   */
  public static Optional<String> objection(TarEntry entry) {
    int bytes = 0;
    for (Map.Entry<String, String> each : entry.attributes().extended().entrySet()) {
      String name = each.getKey();
      String value = each.getValue();
      bytes += name.length() + value.length();
      if (!isKept(name)) {
        return Optional.of("it has the extended attribute " + name + ", which images do not keep");
      }
      if (name.length() > MAX_NAME || bytes > MAX_BYTES) {
        return Optional.of("it has more extended attributes than file systems can hold");
      }
      if (value.isEmpty()) {
        return Optional.of(
            "its extended attribute " + name + " is empty, which engines treat differently");
      }
      boolean capability = name.equals(CAPABILITY);
      boolean file = entry instanceof TarEntry.File || entry instanceof TarEntry.HardLink;
      if (!file && (capability || !(entry instanceof TarEntry.Directory))) {
        return Optional.of(
            "it has the extended attribute " + name + ", which its type cannot have");
      }
      if (capability && !isCapability(value)) {
        return Optional.of("its " + CAPABILITY + " is malformed");
      }
    }
    for (String key : entry.attributes().pax().keySet()) {
      if (key.startsWith("SCHILY.acl.")
          || key.startsWith("LIBARCHIVE.xattr.")
          || key.startsWith("RHT.security.")) {
        return Optional.of("it has the PAX record " + key + ", which only some tools honor");
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether the value is a file capability of revision 2, with or without the effective
   * flag.
   */
  private static boolean isCapability(String value) {
    return value.length() == CAPABILITY_BYTES
        && value.charAt(0) <= 1
        && value.charAt(1) == 0
        && value.charAt(2) == 0
        && value.charAt(3) == 2;
  }
}
