package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.Checksum;

/**
 * A package that somebody trustworthy (a signed index, a lock) has named.
 *
 * @param repository address or folder, without the architecture
 * @param architecture in Alpine's words
 * @param size bytes of the package file
 */
public record PackageLocation(
    String name,
    String version,
    String repository,
    String architecture,
    long size,
    Checksum checksum) {

  /** {@code <name>-<version>}. */
  public String label() {
    return name + "-" + version;
  }

  public String address() {
    String slash = repository.endsWith("/") ? "" : "/";
    return repository + slash + architecture + "/" + label() + ".apk";
  }
}
