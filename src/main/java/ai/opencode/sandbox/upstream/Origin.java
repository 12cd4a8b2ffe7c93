package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * The access to the files that images are made from: packages, indexes and npm tarballs. An origin
 * does not verify files; their readers do.
 *
 * <p>Threads may share an origin.
 */
public interface Origin {

  /**
   * Opens a package.
   *
   * @throws FileNotFoundException if the repository no longer has the package
   */
  InputStream apk(PackageLocation location) throws IOException;

  /**
   * Opens a repository's index.
   *
   * @param architecture Alpine's name of the architecture, such as {@code x86_64}
   * @throws FileNotFoundException if there is no such repository
   */
  InputStream index(RepositoryLocation repository, String architecture) throws IOException;

  /**
   * Opens an npm tarball.
   *
   * @param registry the registry, which is determined only if the tarball comes from a registry
   * @param maxBytes the maximum length in bytes that the origin may announce
   * @throws FileNotFoundException if the registry does not have the tarball
   * @throws ai.opencode.sandbox.failure.VerificationException if a greater length is announced
   */
  InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes)
      throws IOException;

  /** Returns whether an opened package came from the network, not from an archive of inputs. */
  default boolean isTransferred(PackageLocation location) {
    return true;
  }

  /** Returns whether a tarball that was opened came over the network. */
  default boolean isTransferred(LockedNpmPackage locked) {
    return true;
  }

  /** Returns whether files cannot be fetched again, so that a corrupt copy cannot be repaired. */
  boolean isOffline();
}
