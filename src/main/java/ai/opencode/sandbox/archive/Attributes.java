package ai.opencode.sandbox.archive;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metadata of a tar entry, without its name and content.
 *
 * @param mode the permission bits with setuid, setgid and sticky: 0 to 07777
 * @param uid the numeric id of the file's owner
 * @param gid the numeric id of the file's group
 * @param userName the name of the owner, which apk prefers to {@code uid}; may be empty
 * @param groupName the name of the group, which apk prefers to {@code gid}; may be empty
 * @param modifiedSeconds the modification time in seconds since 1970-01-01T00:00:00Z
 * @param pax the PAX records that describe the file itself ({@code APK-TOOLS.checksum.SHA1}, {@code
 *     SCHILY.xattr.*}) and unknown ones, sorted by key, without the records that only replace a
 *     header field; in the value of an extended attribute, each character is one byte
 */
public record Attributes(
    int mode,
    long uid,
    long gid,
    String userName,
    String groupName,
    long modifiedSeconds,
    Map<String, String> pax) {

  public static final String XATTR_PREFIX = "SCHILY.xattr.";

  public Attributes {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(
          "The mode " + Integer.toOctalString(mode) + " is not within octal 0 to 7777.");
    }
    if (uid < 0 || gid < 0) {
      throw new IllegalArgumentException("The owner " + uid + ":" + gid + " has a negative id.");
    }
    pax = pax.isEmpty() ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(pax));
  }

  /** Returns attributes with a mode, root as the owner, and 1970-01-01 as the time. */
  public static Attributes of(int mode) {
    return new Attributes(mode, 0, 0, "root", "root", 0, Map.of());
  }

  /** Returns the extended attributes by name; one character of a value is one byte. */
  public Map<String, String> extended() {
    if (pax.isEmpty()) {
      return Map.of();
    }
    TreeMap<String, String> extended = new TreeMap<>();
    pax.forEach(
        (key, value) -> {
          if (key.startsWith(XATTR_PREFIX)) {
            extended.put(key.substring(XATTR_PREFIX.length()), value);
          }
        });
    return extended;
  }

  public Attributes withMode(int newMode) {
    return new Attributes(newMode, uid, gid, userName, groupName, modifiedSeconds, pax);
  }

  public Attributes withOwner(long newUid, long newGid) {
    return new Attributes(mode, newUid, newGid, userName, groupName, modifiedSeconds, pax);
  }

  public Attributes withNames(String newUserName, String newGroupName) {
    return new Attributes(mode, uid, gid, newUserName, newGroupName, modifiedSeconds, pax);
  }

  public Attributes withModified(long seconds) {
    return new Attributes(mode, uid, gid, userName, groupName, seconds, pax);
  }

  public Attributes withPax(Map<String, String> newPax) {
    return new Attributes(mode, uid, gid, userName, groupName, modifiedSeconds, newPax);
  }
}
