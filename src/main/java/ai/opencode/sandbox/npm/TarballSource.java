package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;

/** Where the tarballs of a tree come from: a cache, a folder, a test. */
@FunctionalInterface
public interface TarballSource {

  /**
   * Opens the {@code .tgz} of a package, whose bytes are checked against its integrity before they
   * are read or while they are.
   *
   * @return a stream for the caller to close; reading its end throws {@link
   *     ai.opencode.sandbox.failure.VerificationException} where the bytes are not the promised
   *     ones, so what was read must not be believed before
   */
  InputStream open(LockedNpmPackage locked) throws IOException;
}
