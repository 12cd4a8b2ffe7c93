package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;

/** The source of a tree's tarballs: a cache, a directory, a test. */
@FunctionalInterface
public interface TarballSource {

  /**
   * Opens the {@code .tgz} of a package, whose bytes are checked against its integrity before they
   * are read or while they are.
   *
   * @return a stream for the caller to close; reading its end throws a {@link
   *     ai.opencode.sandbox.failure.VerificationException} if the hash differs, so the bytes must
   *     not be used before that
   */
  InputStream open(LockedNpmPackage locked) throws IOException;
}
