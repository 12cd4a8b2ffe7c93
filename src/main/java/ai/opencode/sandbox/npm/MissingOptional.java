package ai.opencode.sandbox.npm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An optional dependency that an npm lock lacks, although the dependency's name says that it is for
 * the image's platform. When npm creates a lock, it leaves out an optional dependency that the
 * registry does not have, and gives no warning.
 *
 * @param by the package that has the dependency
 * @param name the name of the missing package
 */
public record MissingOptional(LockedNpmPackage by, String name) {

  /** npm's names of processors, by their other names in the names of packages. */
  private static final Map<String, String> CPUS = Map.of("amd64", "x64", "aarch64", "arm64");

  private static final Set<String> GLIBC = Set.of("glibc", "gnu");

  /**
   * Finds the missing optional dependencies.
   *
   * @param lock the lock with the packages of all platforms
   * @param selected the packages of the lock that are for the platform
   */
  static List<MissingOptional> of(NpmLock lock, NpmLock selected, NpmPlatform platform) {
    List<MissingOptional> missing = new ArrayList<>();
    for (LockedNpmPackage each : selected.packages()) {
      for (String name : each.requirements().optional()) {
        if (isFor(platform, name) && lock.resolve(each.installPath(), name).isEmpty()) {
          missing.add(new MissingOptional(each, name));
        }
      }
    }
    return missing;
  }

  private static boolean isFor(NpmPlatform platform, String name) {
    List<String> words = Arrays.asList(name.replace("x86_64", "x64").split("[^A-Za-z0-9]+"));
    boolean otherLibrary =
        platform.isMusl() ? words.stream().anyMatch(GLIBC::contains) : words.contains("musl");
    return words.contains(platform.os())
        && words.stream().anyMatch(word -> CPUS.getOrDefault(word, word).equals(platform.cpu()))
        && !otherLibrary;
  }
}
