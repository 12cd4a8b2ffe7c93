package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The owners and permissions of directories that several packages list, by the rules of an apk. */
interface DirectoryOwners {

  /**
   * Returns the rules of the apk that is installed, with the claims of installed packages.
   *
   * @param leaving the names of installed packages that the installation replaces or removes
   */
  static DirectoryOwners of(InstalledDatabase database, Set<String> leaving) {
    return database.isOfApk3()
        ? new Apk3DirectoryOwners(database, leaving)
        : new Apk2DirectoryOwners(database);
  }

  /**
   * Adds a package's claim, in place of the one that an older build of it has.
   *
   * @param before the present node; null if there is none
   * @return the node that takes its place
   */
  Node add(String path, @Nullable Node before, ApkPackage pkg, Node claim);

  /** Returns the attributes that an installed package lists for a directory. */
  static Node claim(InstalledPackage.Directory directory) {
    InstalledPackage.Owner owner = directory.owner();
    return owner == null
        ? Node.directory(0755, 0, 0)
        : Node.directory(owner.mode(), owner.uid(), owner.gid());
  }
}
