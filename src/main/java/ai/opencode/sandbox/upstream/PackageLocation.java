package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageLabel;
import ai.opencode.sandbox.apk.RepositoryLocation;

/**
 * The place and the checksum of a package, from a signed index or a lock.
 *
 * @param name the package's name
 * @param version the package's version
 * @param repository the repository
 * @param architecture Alpine's name of the architecture, such as {@code x86_64}
 * @param size the size of the package file in bytes
 * @param checksum the checksum of the control segment
 */
public record PackageLocation(
    String name,
    ApkVersion version,
    RepositoryLocation repository,
    String architecture,
    long size,
    Checksum checksum) {

  /** Returns {@code <name>-<version>}. */
  public String label() {
    return new PackageLabel(name, version).toString();
  }

  /** Returns the file's name in a repository, {@code <name>-<version>.apk}. */
  public String fileName() {
    return new PackageLabel(name, version).fileName();
  }

  public String address() {
    return repository.file(architecture, fileName());
  }
}
