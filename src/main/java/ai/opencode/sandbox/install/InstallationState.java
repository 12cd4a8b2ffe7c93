package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A root file system while packages are installed in it, with everything that apk has recorded
 * about its packages and files so far.
 */
final class InstallationState {

  final Root.Builder root;
  final Accounts accounts;
  final DirectoryOwners directoryOwners;

  /** Whether the rules are those of apk 3 instead of apk 2. */
  final boolean isOfApk3;

  final ListedDirectories directories = new ListedDirectories();

  /** The builds that are installed so far. */
  final Map<PackageId, ApkPackage> packages = new HashMap<>();

  private final ProtectedDirectories protectedDirectories;

  /** The checksums of files in their packages, by path; a file with another one was changed. */
  private final Map<String, Checksum> recorded = new HashMap<>();

  /** The installed packages that are removed, or not yet replaced by their new build. */
  private final Set<PackageId> leaving;

  InstallationState(Root below, InstalledDatabase database, Set<PackageId> leaving) {
    this.leaving = new HashSet<>(leaving);
    this.root = below.toBuilder();
    this.accounts = Accounts.of(below);
    this.protectedDirectories = ProtectedDirectories.of(below);
    this.isOfApk3 = database.isOfApk3();
    this.directoryOwners = DirectoryOwners.of(database, leaving);
    for (InstalledPackage each : database.packages()) {
      packages.put(each.id(), each.pkg());
      claim(each);
    }
  }

  /**
   * Records an installed package as the owner of its directories and files, with their checksums.
   */
  private void claim(InstalledPackage installed) {
    for (InstalledPackage.Directory directory : installed.directories()) {
      String path = root.resolve(directory.path());
      directories.add(path, installed.id());
      for (InstalledPackage.File file : directory.files()) {
        String place = Root.child(path, file.name());
        Node node = root.get(place);
        if (node != null && !node.isDirectory()) {
          root.put(place, node.withOwner(installed.id()));
          if (file.checksum() != null) {
            recorded.put(place, file.checksum());
          }
        }
      }
    }
  }

  /** Records that a package is installed. Returns the former build; null if there was none. */
  @Nullable ApkPackage install(ApkPackage pkg) {
    leaving.remove(pkg.id());
    return packages.put(pkg.id(), pkg);
  }

  /**
   * Returns whether a package may take over a file that another package owns; false if the owner
   * replaces the package and so keeps the file.
   *
   * @throws ai.opencode.sandbox.failure.VerificationException if neither package replaces the other
   */
  boolean mayTakeOver(ApkPackage pkg, PackageId owner, String path) {
    return (isOfApk3 && leaving.contains(owner))
        || Replacement.takesOver(pkg, packages.get(owner), path, isOfApk3);
  }

  /** Records the checksum that a file has in its package. */
  void record(String place, Checksum sha1) {
    recorded.put(place, sha1);
  }

  /**
   * Returns whether apk keeps a file instead of replacing it: the file is in a protected directory
   * such as {@code /etc}, and differs from the file in its package.
   */
  boolean isToStay(String place, Node node) {
    if (!protectedDirectories.contain(place)) {
      return false;
    }
    Checksum sha1 = recorded.get(place);
    return node.owner() == null || sha1 == null || !sha1.equals(node.sha1());
  }
}
