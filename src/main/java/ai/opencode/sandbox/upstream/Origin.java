package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * A source of the files that images are made from. It guarantees nothing about their content: each
 * reader verifies a file.
 *
 * <p>Safe for use by several threads.
 */
public interface Origin {

  /**
   * Opens a package.
   *
   * @throws FileNotFoundException if its repository no longer has it
   */
  InputStream apk(PackageLocation location) throws IOException;

  /**
   * Opens a repository's index.
   *
   * @param repository address or directory, without the architecture
   * @param architecture Alpine's name
   * @throws FileNotFoundException if the repository does not exist
   */
  InputStream index(String repository, String architecture) throws IOException;

  /**
   * Opens a tarball.
   *
   * @param registry evaluated only if the tarball comes from a registry
   * @param maxBytes the allowed length; a tarball that is announced as longer is not opened
   * @throws FileNotFoundException if the registry does not have it
   * @throws ai.opencode.sandbox.failure.VerificationException if it is announced as longer
   */
  InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes)
      throws IOException;

  /** Returns whether opening a package transferred it, instead of using an archive of inputs. */
  default boolean isTransferred(PackageLocation location) {
    return true;
  }

  /** Returns whether a corrupt copy of a file cannot be fetched again. */
  boolean isOffline();
}
