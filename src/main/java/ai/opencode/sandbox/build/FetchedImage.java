package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An image's packages, verified and in the cache.
 *
 * @param resolved the result of the resolution that chose them
 * @param packages the packages in install order
 */
record FetchedImage(ResolvedImage resolved, List<Pair> packages) {

  /** A fetched package and its entry in the resolution's result. */
  record Pair(ResolvedPackage resolved, FetchedPackage apk) {

    /**
     * Pairs a package with its entry in the lock.
     *
     * @throws LockException if the lock's checksum and its {@code datahash} belong to different
     *     packages, which only an edited lock contains
     */
    Pair {
      if (resolved instanceof ResolvedPackage.Named named
          && !data(apk).equals(named.entry().data())) {
        throw new LockException(
            "The lock file contradicts itself about "
                + named.entry().name()
                + ": its checksum and datahash are of different packages. Restore the lock file.");
      }
    }

    private static LockedPackage.Data data(FetchedPackage apk) {
      return new LockedPackage.Data(apk.data().digest(), apk.diffId());
    }

    /** Returns the lock's entry for this package. */
    LockedPackage locked() {
      if (resolved instanceof ResolvedPackage.Named named) {
        return named.entry();
      }
      PackageLocation location = resolved.location();
      return new LockedPackage(
          location.name(),
          location.version(),
          location.repository(),
          location.size(),
          location.checksum(),
          data(apk),
          resolved.cause());
    }
  }

  FetchedImage {
    packages = List.copyOf(packages);
  }

  /** Fetches the packages of a resolved image. */
  static FetchedImage fetch(ResolvedImage resolved, PackageFetcher fetcher, Progress progress)
      throws IOException {
    return new FetchedImage(
        resolved,
        fetcher.fetch(resolved.packages(), ResolvedPackage::location, Pair::new, progress));
  }

  /**
   * Returns a warning for each package whose own dependencies and provides differ from those in the
   * index. The solver uses the signed index, as apk does, but apk in the image later uses the
   * package's own.
   */
  List<String> contradictions() {
    List<String> sentences = new ArrayList<>();
    for (Pair each : packages) {
      if (each.resolved() instanceof ResolvedPackage.Solved solved) {
        Set<String> listed = relations(solved.listed());
        Set<String> own = relations(each.apk().pkg());
        if (!listed.equals(own)) {
          sentences.add(
              each.apk().pkg().label()
                  + " has other dependencies or provides than the index says ("
                  + without(own, listed, "the package")
                  + ", "
                  + without(listed, own, "the index")
                  + "), so apk in the image may refuse to add packages. Use another mirror, or"
                  + " report this to the packager.");
        }
      }
    }
    return sentences;
  }

  private static String without(Set<String> own, Set<String> other, String by) {
    List<String> alone = own.stream().filter(each -> !other.contains(each)).toList();
    return "only "
        + by
        + ": "
        + (alone.isEmpty()
            ? "nothing"
            : String.join(", ", alone.subList(0, Math.min(5, alone.size()))))
        + (alone.size() > 5 ? ", …" : "");
  }

  private static Set<String> relations(ApkPackage pkg) {
    Set<String> relations = new TreeSet<>();
    pkg.depends().forEach(each -> relations.add("needs " + each));
    pkg.provides().forEach(each -> relations.add("provides " + each));
    pkg.installIf().forEach(each -> relations.add("is installed if " + each));
    return relations;
  }

  List<FetchedPackage> apks() {
    return packages.stream().map(Pair::apk).toList();
  }

  List<LockedPackage> locked() {
    return packages.stream().map(Pair::locked).toList();
  }
}
