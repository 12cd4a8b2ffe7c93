package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.ResolvedImage.ResolvedPackage;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An image's packages, verified and in the cache.
 *
 * @param resolved why they are these
 * @param packages in install order
 */
record FetchedImage(ResolvedImage resolved, List<Pair> packages) {

  /** A package with the reason why it is this one. */
  record Pair(ResolvedPackage resolved, FetchedPackage apk) {

    /**
     * @throws LockException where the lock's checksum leads to other data than its {@code
     *     datahash}: only somebody who edited it can have made that
     */
    Pair {
      LockedPackage locked = resolved.locked();
      if (locked != null
          && (!apk.data().digest().equals(locked.data().hash())
              || !apk.diffId().equals(locked.data().diffId()))) {
        throw new LockException(
            "The lock file contradicts itself about "
                + locked.name()
                + ": its checksum leads to other data than its datahash; restore the lock file");
      }
    }

    /** The lock's entry for this package. */
    LockedPackage locked() {
      PackageLocation location = resolved.location();
      return new LockedPackage(
          location.name(),
          location.version(),
          location.repository(),
          location.size(),
          location.checksum(),
          new LockedPackage.Data(apk.data().digest(), apk.diffId()),
          resolved.cause());
    }
  }

  FetchedImage {
    packages = List.copyOf(packages);
  }

  static FetchedImage fetch(ResolvedImage resolved, PackageFetcher fetcher) throws IOException {
    Map<PackageLocation, FetchedPackage> fetched = fetcher.fetch(resolved.locations().toList());
    List<Pair> packages = new ArrayList<>();
    for (ResolvedPackage each : resolved.packages()) {
      packages.add(new Pair(each, Objects.requireNonNull(fetched.get(each.location()))));
    }
    return new FetchedImage(resolved, packages);
  }

  List<FetchedPackage> apks() {
    return packages.stream().map(Pair::apk).toList();
  }

  List<LockedPackage> locked() {
    return packages.stream().map(Pair::locked).toList();
  }
}
