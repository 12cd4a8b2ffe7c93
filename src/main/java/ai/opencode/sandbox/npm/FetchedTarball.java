package ai.opencode.sandbox.npm;

import java.nio.file.Path;

/**
 * A package's tarball in the cache, which the fetch has verified or an earlier program did.
 *
 * @param pkg the package in the lock that the tarball was fetched for; others may have the same
 *     tarball
 * @param file the tarball
 * @param obtained the source of the tarball
 */
public record FetchedTarball(LockedNpmPackage pkg, Path file, Obtained obtained) {

  /** The sources of a tarball. */
  public enum Obtained {
    /** An earlier build left it in the cache, so that it may be damaged. */
    CACHE,
    /** It is from an archive of inputs, and was verified. */
    ARCHIVE,
    /** It was fetched and verified. */
    NETWORK
  }

  public FetchedTarball {
    if (pkg.tarballIntegrity().isEmpty()) {
      throw new IllegalArgumentException(pkg.id() + " has no tarball of its own");
    }
  }

  public Integrity integrity() {
    return pkg.tarballIntegrity().orElseThrow();
  }

  /** Returns the tarball's name in messages. */
  public String name() {
    return pkg.id() + ".tgz";
  }
}
