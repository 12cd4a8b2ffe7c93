package ai.opencode.sandbox.apk;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A repository of Alpine packages for one architecture.
 *
 * @param location the address or directory
 * @param tag the word after {@code @} in {@code /etc/apk/repositories}; the packages of a tagged
 *     repository are only used for requests with that tag; null for a repository without a tag
 * @param packages the packages in the repository's index
 */
public record Repository(
    RepositoryLocation location, @Nullable String tag, List<ApkPackage> packages) {

  public Repository {
    packages = List.copyOf(packages);
  }

  /**
   * Returns the build date of the newest package in seconds since 1970; empty if no package has
   * one.
   */
  public OptionalLong newestBuild() {
    return packages.stream()
        .mapToLong(ApkPackage::buildSeconds)
        .filter(seconds -> seconds > 0)
        .max();
  }
}
