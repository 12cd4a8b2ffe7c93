package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * Opens the files that images are made from. An origin says where they lie and vouches for nothing:
 * whoever reads a file checks it.
 *
 * <p>Safe for use by several threads.
 */
public interface Origin {

  /**
   * Opens a package.
   *
   * @throws FileNotFoundException where its repository has it no more
   */
  InputStream apk(PackageLocation location) throws IOException;

  /**
   * Opens a repository's index.
   *
   * @param repository address or folder, without the architecture
   * @param architecture in Alpine's words
   * @throws FileNotFoundException where there is no repository
   */
  InputStream index(String repository, String architecture) throws IOException;

  /**
   * Opens a tarball.
   *
   * @param registry asked only where the tarball comes from a registry
   * @param maxBytes how long it may be; what is said to be longer is not opened
   * @throws FileNotFoundException where the registry does not have it
   * @throws ai.opencode.sandbox.failure.VerificationException where it is said to be longer
   */
  InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes)
      throws IOException;

  /**
   * Whether a package that was opened had to be transferred, and was not at hand in an archive of
   * inputs.
   */
  default boolean isTransferred(PackageLocation location) {
    return true;
  }

  /** The same for a tarball that was opened. */
  default boolean isTransferred(LockedNpmPackage locked) {
    return true;
  }

  /** Whether a damaged copy of a file cannot be fetched again. */
  boolean isOffline();
}
