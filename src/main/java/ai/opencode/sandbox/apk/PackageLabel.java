package ai.opencode.sandbox.apk;

/**
 * The notation for a build of a package that apk prints and that names its file in a repository.
 *
 * @param name the package's name
 * @param version the package's version
 */
public record PackageLabel(String name, ApkVersion version) {

  /** Returns the name of the package's file in a repository, {@code <name>-<version>.apk}. */
  public String fileName() {
    return this + ".apk";
  }

  /** Returns {@code <name>-<version>}. */
  @Override
  public String toString() {
    return name + "-" + version;
  }
}
