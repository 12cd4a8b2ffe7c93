package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owners and permissions of directories that several packages list, by apk's rules. The lowest
 * uid wins, then the lowest gid. If packages agree on both, the directory gets the permissions that
 * all of them grant. A directory keeps its attributes if it existed before any package listed it,
 * or if they differ from those in the database. An upgrade changes the others under apk 2; apk 3
 * keeps the attributes of every existing directory.
 */
final class DirectoryOwners {

  /** The attributes that packages list for each directory, by path and package. */
  private final Map<String, Map<String, Node>> claims = new HashMap<>();

  private final Set<String> judged = new HashSet<>();
  private final Set<String> kept = new HashSet<>();
  private final boolean apk3;

  private DirectoryOwners(boolean apk3) {
    this.apk3 = apk3;
  }

  static DirectoryOwners of(InstalledDatabase database) {
    DirectoryOwners owners = new DirectoryOwners(database.isOfApk3());
    for (InstalledPackage installed : database.packages()) {
      for (InstalledPackage.Directory directory : installed.directories()) {
        InstalledPackage.Owner owner = directory.owner();
        owners
            .claims(directory.path())
            .put(
                installed.pkg().name(),
                owner == null
                    ? Node.directory(0755, 0, 0)
                    : Node.directory(owner.mode(), owner.uid(), owner.gid()));
      }
    }
    return owners;
  }

  private Map<String, Node> claims(String path) {
    return claims.computeIfAbsent(path, key -> new LinkedHashMap<>());
  }

  /**
   * Adds a package's claim, in place of the one that an older build of it has.
   *
   * @param before the present node; null if there is none
   * @return the node that takes its place
   */
  Node add(String path, @Nullable Node before, String packageName, Node claim) {
    Map<String, Node> all = claims(path);
    if (judged.add(path) && before != null && (apk3 || !before.equals(combined(all)))) {
      kept.add(path);
    }
    all.put(packageName, claim);
    Node combined = combined(all);
    return before == null || combined == null || !kept.contains(path)
        ? (combined == null ? claim : combined)
        : before;
  }

  private static @Nullable Node combined(Map<String, Node> claims) {
    return claims.values().stream().reduce(DirectoryOwners::combine).orElse(null);
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
