package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.upstream.PackageLocation;

/**
 * The copy of a repository in an archive.
 *
 * @param location the repository itself
 * @param directory the repository's directory in the archive, such as {@code repository-1}
 */
record RepositoryCopy(RepositoryLocation location, String directory) {

  /** Returns the path of its index. */
  String index(String architecture) {
    return directory + "/" + architecture + "/APKINDEX.tar.gz";
  }

  String apk(PackageLocation location) {
    return directory + "/" + location.architecture() + "/" + location.fileName();
  }
}
