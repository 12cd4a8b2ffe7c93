package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A source of tarballs for tests, which are in no file. */
public record ATarballSource(Opener opener) implements TarballSource {

  /** Opens the tarball of a package. */
  public interface Opener {
    InputStream open(LockedNpmPackage locked) throws IOException;
  }

  @Override
  public FetchedTarball of(LockedNpmPackage locked) {
    return new FetchedTarball(
        locked, Path.of(locked.id() + ".tgz"), FetchedTarball.Obtained.NETWORK);
  }

  @Override
  public InputStream open(FetchedTarball tarball) throws IOException {
    return opener.open(tarball.pkg());
  }
}
