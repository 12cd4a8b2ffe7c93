package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Api;

/**
 * The identity of a package among those that are installed in one root. apk has one build of a name
 * there, so a newer build is the same package: it keeps the files of the build that it replaces.
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
