package ai.opencode.sandbox.npm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /** Returns the packages bundled in a tarball. */
  List<LockedNpmPackage> of(LockedNpmPackage carrier) {
    return byCarrier.getOrDefault(carrier.installPath(), List.of());
  }
}
