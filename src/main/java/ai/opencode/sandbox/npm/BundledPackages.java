package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The packages that are bundled in the tarballs of other packages. */
final class BundledPackages {

  private final Map<InstallPath, List<LockedNpmPackage>> byCarrier = new TreeMap<>();

  BundledPackages(NpmLock selected) {
    for (LockedNpmPackage each : selected.packages()) {
      if (each.isBundled()) {
        byCarrier
            .computeIfAbsent(selected.carrier(each).installPath(), path -> new ArrayList<>())
            .add(each);
      }
    }
  }

  /**
   * Rejects a bundled package that the lock does not list: it would be missing from every bill of
   * materials, and could replace a locked one.
   */
  static void requireOwn(String path, Set<String> bundled, String name) {
    String place = "";
    String rest = path + "/";
    while (rest.startsWith(InstallPath.DIRECTORY)) {
      int start = InstallPath.DIRECTORY.length();
      int end = rest.indexOf('/', start);
      if (end >= 0 && rest.charAt(start) == '@') {
        end = rest.indexOf('/', end + 1);
      }
      if (end < 0) {
        // The directory above packages, or that of a scope.
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
        name
            + ": contains "
            + path
            + ", a package that the lock does not list as bundled. Create the lock again with npm install --package-lock-only.");
  }

  /** Returns the packages bundled in a tarball. */
  List<LockedNpmPackage> of(LockedNpmPackage carrier) {
    return byCarrier.getOrDefault(carrier.installPath(), List.of());
  }

  /** Returns the places of the packages bundled in a tarball, relative to it. */
  Set<String> in(LockedNpmPackage carrier) {
    Set<String> places = new TreeSet<>();
    for (LockedNpmPackage each : of(carrier)) {
      places.add(each.installPath().in(carrier.installPath()).toString());
    }
    return places;
  }
}
