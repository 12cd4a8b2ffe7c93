package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The fetched tarballs of some packages. A package finds its own by the integrity in the lock. */
public final class FetchedTarballs implements TarballSource {

  private final Map<Integrity, FetchedTarball> byIntegrity = new HashMap<>();
  private final TarballSource source;

  /**
   * Creates a collection.
   *
   * @param source the source that opens these tarballs
   */
  public FetchedTarballs(Collection<FetchedTarball> tarballs, TarballSource source) {
    tarballs.forEach(each -> byIntegrity.put(each.integrity(), each));
    this.source = source;
  }

  /**
   * Returns a package's tarball.
   *
   * @throws IllegalArgumentException if the package was not fetched, or has no tarball
   */
  @Override
  public FetchedTarball of(LockedNpmPackage locked) {
    FetchedTarball tarball = locked.tarballIntegrity().map(byIntegrity::get).orElse(null);
    if (tarball == null) {
      throw new IllegalArgumentException("The tarball of " + locked.id() + " was not fetched");
    }
    return tarball;
  }

  @Override
  public InputStream open(FetchedTarball tarball) throws IOException {
    return source.open(tarball);
  }
}
