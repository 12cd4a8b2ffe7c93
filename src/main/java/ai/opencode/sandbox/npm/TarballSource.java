package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;

/** Where the tarballs of a tree come from: a cache, a folder, a test. */
@FunctionalInterface
public interface TarballSource {

  /** Opens the {@code .tgz} of a package; the caller closes it and checks its integrity. */
  InputStream open(LockedNpmPackage locked) throws IOException;
}
