package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.Checksum;

/**
 * A package that a trusted document (a signed index, a lock) names.
 *
 * @param repository address or directory, without the architecture
 * @param architecture Alpine's name
 * @param size bytes of the package file
 */
public record PackageLocation(
    String name,
    String version,
    String repository,
    String architecture,
    long size,
    Checksum checksum) {

  /** Returns {@code <name>-<version>}. */
  public String label() {
    return name + "-" + version;
  }

  public String address() {
    String slash = repository.endsWith("/") ? "" : "/";
    return repository + slash + architecture + "/" + label() + ".apk";
  }
}
