package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which apk 3 chooses the owner and permissions of a directory that several packages
 * list. One of the packages owns the directory: the package with the highest {@code
 * replaces_priority}; among those, a package whose name is that of its source package ({@code
 * origin}) before others of the same source; then the first by name. A package that the
 * installation removes or upgrades loses its directories to any package that lists them.
 *
 * <p>A directory that exists before the installation keeps its permissions and ids when the first
 * package lists it. When another package becomes the owner, the directory gets the attributes that
 * this package lists, but only if the directory had the attributes of the former owner. A new
 * directory gets no setuid and setgid bits: apk passes them to the system call {@code mkdir}, which
 * ignores them.
 */
final class Apk3DirectoryOwners implements DirectoryOwners {

  private static final int GIVEN_TO_NEW_DIRECTORIES = 01777;

  /**
   * A package with the attributes that it lists for a directory.
   *
   * @param pkg the package
   * @param attributes the directory's permissions and ids in the package
   * @param isLeaving whether the installation removes the package, or replaces it by another build
   */
  private record Claim(ApkPackage pkg, Access attributes, boolean isLeaving) {}

  private static final class Directory {
    @Nullable Claim owner;
    boolean seen;

    /** Whether the attributes may change with the owner. */
    boolean follows;
  }

  private final Map<String, Directory> directories = new HashMap<>();

  Apk3DirectoryOwners(InstalledDatabase database, Set<PackageId> leaving) {
    for (InstalledPackage installed : database.packages()) {
      boolean isLeaving = leaving.contains(installed.id());
      for (InstalledPackage.Directory each : installed.directories()) {
        Claim claim = new Claim(installed.pkg(), each.access(), isLeaving);
        Directory directory = directory(each.path());
        if (directory.owner == null || takesOver(claim.pkg, directory.owner.pkg)) {
          directory.owner = claim;
        }
      }
    }
  }

  private Directory directory(String path) {
    return directories.computeIfAbsent(path, key -> new Directory());
  }

  @Override
  public Access add(String path, @Nullable Access before, ApkPackage pkg, Access claim) {
    Directory directory = directory(path);
    Claim former = directory.owner;
    Access now = before;
    if (former == null || former.isLeaving || takesOver(pkg, former.pkg)) {
      directory.owner = new Claim(pkg, claim, false);
      // A package that lists a directory twice does not take it over from itself.
      if (former != null
          && directory.follows
          && !former.pkg.checksum().equals(pkg.checksum())
          && !former.attributes.equals(claim)) {
        now = claim;
      }
    }
    if (!directory.seen) {
      directory.seen = true;
      directory.follows = before == null || (former != null && before.equals(former.attributes));
    }
    return now == null ? made(directory.owner == null ? claim : directory.owner.attributes) : now;
  }

  private static Access made(Access claim) {
    return claim.withMode(claim.mode() & GIVEN_TO_NEW_DIRECTORIES);
  }

  private static boolean takesOver(ApkPackage pkg, ApkPackage owner) {
    if (pkg.id().equals(owner.id())) {
      return true;
    }
    if (pkg.replacesPriority() != owner.replacesPriority()) {
      return pkg.replacesPriority() > owner.replacesPriority();
    }
    if (!pkg.origin().isEmpty() && pkg.origin().equals(owner.origin())) {
      if (owner.origin().equals(owner.name())) {
        return false;
      }
      if (pkg.origin().equals(pkg.name())) {
        return true;
      }
    }
    return owner.name().compareTo(pkg.name()) > 0;
  }
}
