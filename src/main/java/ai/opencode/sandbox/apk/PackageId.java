package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Api;

/**
 * The name of a package, which identifies it among the packages installed in one root. apk installs
 * at most one build of each name, so a newer build is the same package and takes over the files of
 * the older one.
 */
@Api
public record PackageId(String name) implements Comparable<PackageId> {

  @Override
  public int compareTo(PackageId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
