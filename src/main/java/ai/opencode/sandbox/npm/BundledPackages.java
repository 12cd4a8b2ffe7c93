package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Packages that travel in the tarballs of others. */
final class BundledPackages {

  private final Map<String, List<LockedNpmPackage>> byCarrier = new TreeMap<>();

  BundledPackages(NpmLock selected) {
    for (LockedNpmPackage each : selected.packages()) {
      if (each.has(Trait.BUNDLED)) {
        byCarrier
            .computeIfAbsent(selected.carrier(each).installPath(), path -> new ArrayList<>())
            .add(each);
      }
    }
  }

  /**
   * A tarball must not bring packages that the lock does not list: they would be in no bill of
   * materials, and could take the place of locked ones.
   */
  static void requireOwn(String path, Set<String> bundled, String name) {
    String place = "";
    String rest = path + "/";
    while (rest.startsWith(InstallPath.FOLDER)) {
      int start = InstallPath.FOLDER.length();
      int end = rest.indexOf('/', start);
      if (end >= 0 && rest.charAt(start) == '@') {
        end = rest.indexOf('/', end + 1);
      }
      if (end < 0) {
        // The folder above packages, or that of a scope.
        String above = place + rest;
        if (bundled.stream().noneMatch(each -> each.startsWith(above))) {
          throw notListed(path, name);
        }
        return;
      }
      place += rest.substring(0, end);
      if (!bundled.contains(place)) {
        throw notListed(path, name);
      }
      place += "/";
      rest = rest.substring(end + 1);
    }
  }

  private static VerificationException notListed(String path, String name) {
    return new VerificationException(
        name + ": contains " + path + ", a package that the lock does not list as bundled");
  }

  /** Places of the packages that travel in a tarball, relative to it. */
  Set<String> in(LockedNpmPackage carrier) {
    Set<String> places = new TreeSet<>();
    for (LockedNpmPackage each : byCarrier.getOrDefault(carrier.installPath(), List.of())) {
      places.add(each.installPath().substring(carrier.installPath().length() + 1));
    }
    return places;
  }

  /** Files of a tarball that commands point to, its own and those of the packages bundled in it. */
  Set<String> executables(LockedNpmPackage carrier) {
    Set<String> files = new TreeSet<>(carrier.bin().values());
    for (LockedNpmPackage each : byCarrier.getOrDefault(carrier.installPath(), List.of())) {
      String place = each.installPath().substring(carrier.installPath().length() + 1) + "/";
      each.bin().values().forEach(file -> files.add(place + file));
    }
    return files;
  }
}
