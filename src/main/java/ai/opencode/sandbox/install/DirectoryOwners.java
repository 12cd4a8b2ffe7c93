package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Owners and permissions of directories that several packages list. The lowest uid wins, then the
 * lowest gid; packages that agree on both leave the permissions that all of them grant. A directory
 * that existed before any package listed it keeps its attributes.
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
   * @param before the present node; null if there is none
   * @return the node that takes its place
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
