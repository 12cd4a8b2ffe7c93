package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import org.jspecify.annotations.Nullable;

/**
 * A file, directory or other entry of an image's file system.
 *
 * @param target the text of a symbolic link; empty for everything else
 * @param sha1 the SHA-1 of a file's content or a link's text; null if it is unknown
 * @param owner the package that contains the file; null for a directory, and if none does
 * @param content the content of the few files that a build reads and changes; null for others
 */
public record Node(
    Type type,
    Access access,
    String target,
    @Nullable Checksum sha1,
    @Nullable PackageId owner,
    byte @Nullable [] content) {

  /** The kind of entry. */
  public enum Type {
    FILE,
    DIRECTORY,
    LINK,
    OTHER
  }

  public static Node directory(Access access) {
    return new Node(Type.DIRECTORY, access, "", null, null, null);
  }

  public static Node directory(int mode, long uid, long gid) {
    return directory(new Access(mode, uid, gid));
  }

  /** Returns a symbolic link that belongs to no package. */
  public static Node link(String target) {
    return new Node(Type.LINK, Access.ofRoot(0777), target, null, null, null);
  }

  /** Returns a file that belongs to no package. */
  public static Node file(Access access, byte[] content) {
    Checksum sha1 = Checksum.from(Checksum.newSha1().digest(content));
    return new Node(Type.FILE, access, "", sha1, null, content);
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

  public boolean isDirectory() {
    return type == Type.DIRECTORY;
  }

  public Node withOwner(@Nullable PackageId newOwner) {
    return new Node(type, access, target, sha1, newOwner, content);
  }

  public Node withAccess(Access newAccess) {
    return new Node(type, newAccess, target, sha1, owner, content);
  }
}
