package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.solver.Resolution;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to install, from the solver or from the lock.
 *
 * @param packages in install order
 * @param requirers which package pulled each in, by its name; what is asked for itself is not there
 * @param removed installed packages that are done without
 * @param locked the lock's entries; empty where the solver decided
 */
record ResolvedPackages(
    List<PackageLocation> packages,
    Map<String, String> requirers,
    List<String> removed,
    List<LockedPackage> locked) {

  ResolvedPackages {
    packages = List.copyOf(packages);
    requirers = Map.copyOf(requirers);
    removed = List.copyOf(removed);
    locked = List.copyOf(locked);
  }

  /**
   * What a resolution adds to what is installed.
   *
   * @param staying packages that the solver took for installed, and that are not
   */
  static ResolvedPackages from(
      Resolution resolution,
      List<ApkPackage> staying,
      List<Repository> repositories,
      Platform platform) {
    List<PackageLocation> packages = new ArrayList<>();
    Map<String, String> requirers = new HashMap<>();
    Set<ApkPackage> added = new HashSet<>(staying);
    for (Resolution.Chosen chosen : resolution.chosen()) {
      ApkPackage pkg = chosen.pkg();
      if (chosen.isInstalled() && !added.contains(pkg)) {
        continue;
      }
      packages.add(
          new PackageLocation(
              pkg.name(),
              pkg.version().toString(),
              location(chosen, repositories),
              platform.apkArchitecture(),
              pkg.size(),
              pkg.checksum()));
      if (chosen.requirer() != null) {
        requirers.put(pkg.name(), chosen.requirer());
      }
    }
    List<String> removed =
        resolution.removed().stream()
            .filter(pkg -> !added.contains(pkg))
            .map(ApkPackage::name)
            .toList();
    return new ResolvedPackages(packages, requirers, removed, List.of());
  }

  private static String location(Resolution.Chosen chosen, List<Repository> repositories) {
    Repository repository = chosen.repository();
    if (repository != null) {
      return repository.location();
    }
    return repositories.stream()
        .filter(each -> each.packages().contains(chosen.pkg()))
        .findFirst()
        .orElseThrow()
        .location();
  }

  static ResolvedPackages from(LockedImage image, Platform platform) {
    List<PackageLocation> packages = new ArrayList<>();
    Map<String, String> requirers = new HashMap<>();
    for (LockedPackage each : image.packages()) {
      packages.add(
          new PackageLocation(
              each.name(),
              each.version(),
              each.repository(),
              platform.apkArchitecture(),
              each.size(),
              each.checksum()));
      if (each.requiredBy() != null) {
        requirers.put(each.name(), each.requiredBy());
      }
    }
    return new ResolvedPackages(packages, requirers, List.of(), image.packages());
  }

  /** The checksum already settles this; a lock that contradicts it was edited. */
  void requireSame(List<FetchedPackage> fetched) {
    for (int i = 0; i < locked.size(); i++) {
      if (!fetched.get(i).data().digest().equals(locked.get(i).dataHash())
          || !fetched.get(i).diffId().equals(locked.get(i).diffId())) {
        throw new LockException(
            "The lock file contradicts itself about "
                + locked.get(i).name()
                + ": its checksum leads to other data than its datahash; restore the lock file");
      }
    }
  }

  /** The lock's entries for these packages. */
  List<LockedPackage> lock(List<FetchedPackage> fetched) {
    List<LockedPackage> entries = new ArrayList<>();
    for (int i = 0; i < fetched.size(); i++) {
      PackageLocation location = packages.get(i);
      @Nullable String requirer = requirers.get(location.name());
      entries.add(
          new LockedPackage(
              location.name(),
              location.version(),
              location.repository(),
              location.size(),
              location.checksum(),
              fetched.get(i).data().digest(),
              fetched.get(i).diffId(),
              requirer));
    }
    return entries;
  }
}
