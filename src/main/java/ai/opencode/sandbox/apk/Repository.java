package ai.opencode.sandbox.apk;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A repository as the solver sees it.
 *
 * @param location address or folder, without the architecture
 * @param tag the word behind {@code @} in {@code /etc/apk/repositories}: its packages are then only
 *     used where a request names the tag
 */
public record Repository(String location, @Nullable String tag, List<ApkPackage> packages) {

  public Repository {
    packages = List.copyOf(packages);
  }

  /** When its newest package was built, in seconds since 1970; empty where no package says so. */
  public OptionalLong newestBuild() {
    return packages.stream()
        .mapToLong(ApkPackage::buildSeconds)
        .filter(seconds -> seconds > 0)
        .max();
  }
}
