package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose a folder is that several packages list: the lowest uid's, then the lowest gid's; where
 * those agree, it has the permissions that all of them grant. A folder that was there before any
 * package claimed it keeps what it has.
 */
final class DirectoryOwners {

  private final Map<String, Node> claims = new HashMap<>();

  private DirectoryOwners() {}

  static DirectoryOwners of(InstalledDatabase database) {
    DirectoryOwners owners = new DirectoryOwners();
    for (InstalledPackage installed : database.packages()) {
      for (InstalledPackage.Directory directory : installed.directories()) {
        InstalledPackage.Owner owner = directory.owner();
        owners.claim(
            directory.path(),
            owner == null
                ? Node.directory(0755, 0, 0)
                : Node.directory(owner.mode(), owner.uid(), owner.gid()));
      }
    }
    return owners;
  }

  private Node claim(String path, Node claim) {
    return claims.merge(path, claim, DirectoryOwners::combine);
  }

  /**
   * Adds a package's claim.
   *
   * @param before what is there; null where nothing is
   * @return what is there then
   */
  Node add(String path, @Nullable Node before, Node claim) {
    boolean claimedBefore = claims.containsKey(path);
    Node combined = claim(path, claim);
    return before != null && !claimedBefore ? before : combined;
  }

  private static Node combine(Node one, Node other) {
    if (one.uid() != other.uid()) {
      return one.uid() < other.uid() ? one : other;
    }
    if (one.gid() != other.gid()) {
      return one.gid() < other.gid() ? one : other;
    }
    return Node.directory(one.mode() & other.mode(), one.uid(), one.gid());
  }
}
