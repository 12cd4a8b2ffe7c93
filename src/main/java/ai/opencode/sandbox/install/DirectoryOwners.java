package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The owners and permissions of directories that several packages list, by the rules of an apk. */
interface DirectoryOwners {

  /**
   * Returns the rules of the apk that is installed, with the claims of installed packages.
   *
   * @param leaving the installed packages that the installation replaces or removes
   */
  static DirectoryOwners of(InstalledDatabase database, Set<PackageId> leaving) {
    return database.isOfApk3()
        ? new Apk3DirectoryOwners(database, leaving)
        : new Apk2DirectoryOwners(database);
  }

  /**
   * Adds a package's claim, in place of the one that an older build of it has.
   *
   * @param before the present owner and permissions; null if there is no directory
   * @param claim those that the package lists
   * @return those that the directory gets
   */
  Access add(String path, @Nullable Access before, ApkPackage pkg, Access claim);
}
