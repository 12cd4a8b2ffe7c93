package ai.opencode.sandbox.archive;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metadata of a tar entry, without its name and content.
 *
 * @param mode permission bits with setuid, setgid and sticky: 0 to 07777
 * @param userName may be empty; if it is not, apk prefers it to {@code uid}
 * @param modifiedSeconds seconds since 1970-01-01T00:00:00Z
 * @param pax PAX records that describe the file itself ({@code APK-TOOLS.checksum.SHA1}, {@code
 *     SCHILY.xattr.*}) or that are unknown, sorted by key; records that only replace a header field
 *     are left out. In the value of an extended attribute, one character of the string is one byte.
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
      throw new IllegalArgumentException("mode out of range: " + Integer.toOctalString(mode));
    }
    if (uid < 0 || gid < 0) {
      throw new IllegalArgumentException("negative owner: " + uid + ":" + gid);
    }
    pax = pax.isEmpty() ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(pax));
  }

  /** Returns the attributes of a generated entry: owned by root, dated 1970. */
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
