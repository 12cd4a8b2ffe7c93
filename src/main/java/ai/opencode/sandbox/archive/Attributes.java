package ai.opencode.sandbox.archive;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metadata of a tar entry, without its name and content.
 *
 * @param userName the name of the owner, which apk prefers to its number; may be empty
 * @param groupName the name of the group, which apk prefers to its number; may be empty
 * @param modifiedSeconds the modification time in seconds since 1970-01-01T00:00:00Z
 * @param pax the PAX records that describe the file itself ({@code APK-TOOLS.checksum.SHA1}, {@code
 *     SCHILY.xattr.*}) and unknown ones, sorted by key, without the records that only replace a
 *     header field; in the value of an extended attribute, each character is one byte
 */
public record Attributes(
    Access access,
    String userName,
    String groupName,
    long modifiedSeconds,
    Map<String, String> pax) {

  public static final String XATTR_PREFIX = "SCHILY.xattr.";

  public Attributes {
    pax = pax.isEmpty() ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(pax));
  }

  /** Returns attributes with a mode, root as the owner, and 1970-01-01 as the time. */
  public static Attributes of(int mode) {
    return new Attributes(Access.ofRoot(mode), "root", "root", 0, Map.of());
  }

  /**
   * Returns attributes without names, with 1970-01-01 as the time. Engines use numbers, and a name
   * could contradict them.
   */
  public static Attributes of(Access access) {
    return new Attributes(access, "", "", 0, Map.of());
  }

  public int mode() {
    return access.mode();
  }

  public long uid() {
    return access.uid();
  }

  public long gid() {
    return access.gid();
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

  public Attributes withAccess(Access newAccess) {
    return new Attributes(newAccess, userName, groupName, modifiedSeconds, pax);
  }

  public Attributes withMode(int newMode) {
    return withAccess(access.withMode(newMode));
  }

  public Attributes withOwner(long newUid, long newGid) {
    return withAccess(access.withOwner(newUid, newGid));
  }

  public Attributes withNames(String newUserName, String newGroupName) {
    return new Attributes(access, newUserName, newGroupName, modifiedSeconds, pax);
  }

  public Attributes withModified(long seconds) {
    return new Attributes(access, userName, groupName, seconds, pax);
  }

  public Attributes withPax(Map<String, String> newPax) {
    return new Attributes(access, userName, groupName, modifiedSeconds, newPax);
  }
}
