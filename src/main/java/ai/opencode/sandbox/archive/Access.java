package ai.opencode.sandbox.archive;

/**
 * The owner and permissions of a file, by which a system decides about access to it.
 *
 * @param mode the permission bits with setuid, setgid and sticky: 0 to 07777
 * @param uid the numeric id of the file's owner
 * @param gid the numeric id of the file's group
 */
public record Access(int mode, long uid, long gid) {

  public Access {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(
          "The mode " + Integer.toOctalString(mode) + " is not within octal 0 to 7777.");
    }
    if (uid < 0 || gid < 0) {
      throw new IllegalArgumentException("The owner " + uid + ":" + gid + " has a negative id.");
    }
  }

  /** Returns the access to a file of root. */
  public static Access ofRoot(int mode) {
    return new Access(mode, 0, 0);
  }

  public Access withMode(int newMode) {
    return new Access(newMode, uid, gid);
  }

  public Access withOwner(long newUid, long newGid) {
    return new Access(mode, newUid, newGid);
  }

  /** Returns whether owner and group are those of another file. */
  public boolean hasOwnerOf(Access other) {
    return uid == other.uid && gid == other.gid;
  }
}
