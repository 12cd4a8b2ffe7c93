package ai.opencode.sandbox.npm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An optional package that the lock lacks, although its name says that it is for the image's
 * platform. npm leaves a package out of a lock without a word if the registry does not have it.
 *
 * @param by the package that uses it
 */
public record MissingOptional(LockedNpmPackage by, String name) {

  private static final Set<String> GLIBC = Set.of("glibc", "gnu");

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
    List<String> words = Arrays.asList(name.split("[^A-Za-z0-9]+"));
    boolean otherLibrary =
        platform.isMusl() ? words.stream().anyMatch(GLIBC::contains) : words.contains("musl");
    return words.contains(platform.os()) && words.contains(platform.cpu()) && !otherLibrary;
  }
}
