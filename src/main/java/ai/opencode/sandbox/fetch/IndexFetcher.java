package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.PackageIndex;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.upstream.Origin;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The fetcher of repositories' signed indexes. */
public final class IndexFetcher {

  /** The source of the trusted keys. */
  public interface Keys {
    Keyring get() throws IOException;
  }

  private final Origin origin;

  public IndexFetcher(Origin origin) {
    this.origin = origin;
  }

  /**
   * Reads a repository's index.
   *
   * @param architecture Alpine's name of the architecture, such as {@code x86_64}
   * @param keys the trusted keys, called for after the server has answered
   * @throws ai.opencode.sandbox.failure.VerificationException if none of the keys signed the index
   * @throws UsageException if there is no repository
   * @throws ai.opencode.sandbox.failure.NetworkException if the server cannot be reached
   */
  public Repository fetch(RepositoryLocation location, String architecture, Keys keys)
      throws IOException {
    String address = location.index(architecture);
    try (InputStream in = new BufferedInputStream(origin.index(location, architecture), 1 << 16)) {
      PackageIndex index = SignedIndex.read(in, address, keys.get());
      return new Repository(location, null, index.packages());
    } catch (FileNotFoundException e) {
      throw new UsageException(
          "No Alpine repository for "
              + architecture
              + " at "
              + location
              + ": "
              + address
              + " does not exist. Check the address and the architecture.",
          e);
    }
  }

  /**
   * Reads an index file without its repository.
   *
   * @param file the file {@code APKINDEX.tar.gz}
   * @param location the repository that it is said to be of
   * @throws ai.opencode.sandbox.failure.VerificationException if none of the keys signed the index
   */
  public static Repository read(Path file, RepositoryLocation location, Keys keys)
      throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      PackageIndex index = SignedIndex.read(in, file.toString(), keys.get());
      return new Repository(location, null, index.packages());
    }
  }
}
