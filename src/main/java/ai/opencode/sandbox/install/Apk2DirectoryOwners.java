package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which apk 2 chooses the owner and permissions of a directory that several packages
 * list. The lowest user id wins, then the lowest group id. If packages agree on both, the directory
 * gets only the permissions that all of them grant.
 *
 * <p>A directory keeps its attributes if it existed before any package listed it, or if they differ
 * from those that apk's database records for it.
 */
final class Apk2DirectoryOwners implements DirectoryOwners {

  /** The attributes that packages list for each directory, by path and package. */
  private final Map<String, Map<PackageId, Access>> claims = new HashMap<>();

  private final Set<String> judged = new HashSet<>();
  private final Set<String> kept = new HashSet<>();

  Apk2DirectoryOwners(InstalledDatabase database) {
    for (InstalledPackage installed : database.packages()) {
      for (InstalledPackage.Directory directory : installed.directories()) {
        claims(directory.path()).put(installed.id(), directory.access());
      }
    }
  }

  private Map<PackageId, Access> claims(String path) {
    return claims.computeIfAbsent(path, key -> new LinkedHashMap<>());
  }

  @Override
  public Access add(String path, @Nullable Access before, ApkPackage pkg, Access claim) {
    Map<PackageId, Access> all = claims(path);
    if (judged.add(path) && before != null && !before.equals(combined(all))) {
      kept.add(path);
    }
    all.put(pkg.id(), claim);
    Access combined = combined(all);
    return before == null || combined == null || !kept.contains(path)
        ? (combined == null ? claim : combined)
        : before;
  }

  private static @Nullable Access combined(Map<PackageId, Access> claims) {
    return claims.values().stream().reduce(Apk2DirectoryOwners::combine).orElse(null);
  }

  private static Access combine(Access one, Access other) {
    if (one.uid() != other.uid()) {
      return one.uid() < other.uid() ? one : other;
    }
    if (one.gid() != other.gid()) {
      return one.gid() < other.gid() ? one : other;
    }
    return one.withMode(one.mode() & other.mode());
  }
}
