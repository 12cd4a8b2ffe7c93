package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;

/** The tarballs of a tree's packages: fetched already, or fetched when one is asked for. */
public interface TarballSource {

  /** Returns the tarball of a package that has one of its own. */
  FetchedTarball of(LockedNpmPackage locked) throws IOException;

  /**
   * Opens a tarball, whose bytes are checked against its integrity before they are read or while
   * they are.
   *
   * @return a stream for the caller to close; reading its end throws a {@link
   *     ai.opencode.sandbox.failure.VerificationException} if the hash differs, so the bytes must
   *     not be used before that
   */
  InputStream open(FetchedTarball tarball) throws IOException;
}
