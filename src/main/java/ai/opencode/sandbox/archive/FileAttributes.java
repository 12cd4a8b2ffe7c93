package ai.opencode.sandbox.archive;

import java.util.Map;
import java.util.Optional;

/**
 * The extended attributes that files of an image may have: {@code security.capability}, which makes
 * a program as good as setuid and is reported, and {@code user.*}. Engines keep or leave out the
 * others each in its own way, and some of them direct the file system of the engine.
 */
public final class FileAttributes {

  public static final String CAPABILITY = "security.capability";

  private static final String USER = "user.";

  /** File systems give the attributes of a file one block. */
  private static final int MAX_BYTES = 2048;

  private static final int MAX_NAME = 255;
  private static final int CAPABILITY_BYTES = 20;

  private FileAttributes() {}

  /** Whether an image keeps the attribute. */
  public static boolean isKept(String name) {
    return name.equals(CAPABILITY) || (name.startsWith(USER) && !isDangerous(name));
  }

  /**
   * Attributes by which a file system finds other files, or other permissions. Labels of the
   * machine that an archive was made on are not among them.
   */
  public static boolean isDangerous(String name) {
    return name.startsWith("trusted.")
        || name.startsWith("system.")
        || name.equals("user.overlay")
        || name.startsWith("user.overlay.")
        || name.equals(USER)
        || name.isEmpty();
  }

  /** What keeps an engine from giving a layer's entry exactly the attributes that it lists. */
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
        return Optional.of("its extended attribute " + name + " is empty; engines differ in that");
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
        return Optional.of("it has the PAX record " + key + ", which only some tools obey");
      }
    }
    return Optional.empty();
  }

  /** Revision 2, with or without the flag that makes the capabilities effective. */
  private static boolean isCapability(String value) {
    return value.length() == CAPABILITY_BYTES
        && value.charAt(0) <= 1
        && value.charAt(1) == 0
        && value.charAt(2) == 0
        && value.charAt(3) == 2;
  }
}
