package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.PassingFailure;
import ai.opencode.sandbox.network.PassingStatus;
import ai.opencode.sandbox.network.Retrieval;
import ai.opencode.sandbox.network.Retry;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An origin of files at addresses and in directories. A broken connection is resumed at the next
 * byte, so that readers of the stream do not notice it.
 */
public final class Download implements Origin {

  private final boolean offline;
  private final Retrieval retrieval;
  private final Retry retry;
  private final OneLong tarballs;

  public Download(boolean offline) {
    this(offline, Network.standard());
  }

  public Download(boolean offline, Network network) {
    this(offline, network, new OneLong());
  }

  Download(boolean offline, Network network, OneLong tarballs) {
    this.offline = offline;
    this.retrieval = new Retrieval(network);
    this.retry = network.retry();
    this.tarballs = tarballs;
  }

  @Override
  public boolean isOffline() {
    return offline;
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    return open(location.address());
  }

  @Override
  public InputStream index(RepositoryLocation repository, String architecture) throws IOException {
    return open(repository.index(architecture));
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long maxBytes)
      throws IOException {
    URI address = registry.get().tarball(locked);
    return tarballs.limiting(open(address.toString(), registry.get()::authorization, maxBytes));
  }

  /**
   * Opens a file.
   *
   * @param location an {@code http(s)} or {@code file} address, or a path
   * @throws FileNotFoundException if the server or the file system says that there is no such file
   * @throws NetworkException if the server cannot be reached, or keeps failing
   * @throws AuthenticationException if the server refuses access
   */
  public InputStream open(String location) throws IOException {
    return open(location, address -> Optional.empty(), Long.MAX_VALUE);
  }

  /**
   * Opens a file.
   *
   * @param credentials the credentials tried before the network's own, also for each redirect
   * @param maxBytes the maximum length in bytes that a server may announce
   * @throws FileNotFoundException if the server or the file system says that there is no such file
   * @throws VerificationException if a greater length is announced
   */
  private InputStream open(String location, Retrieval.Credentials credentials, long maxBytes)
      throws IOException {
    if (!ServerAddress.isWeb(location)) {
      return openFile(location);
    }
    Resuming stream = new Resuming(address(location), credentials, maxBytes);
    stream.connect();
    return stream;
  }

  private static InputStream openFile(String location) throws IOException {
    Path path = path(location);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      // A pipe would never end, and a device has no end.
      throw new UsageException(path + " is not a regular file. Replace it by one.");
    }
    try {
      return Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw new FileNotFoundException(path.toString());
    }
  }

  private static Path path(String location) {
    try {
      return location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
    } catch (IllegalArgumentException e) {
      // The cause is left out, because its message may contain a password of the address.
      throw malformed(location);
    }
  }

  private static URI address(String location) {
    return ServerAddress.read(location).orElseThrow(() -> malformed(location));
  }

  private static UsageException malformed(String location) {
    return new UsageException(
        ServerAddress.shown(location)
            + " is not a valid address. Correct it in --repository or the lock.");
  }

  /** A download that is resumed when its connection breaks. */
  private final class Resuming extends BulkInputStream {

    private final URI address;
    private final Retrieval.Credentials credentials;
    private final long maxBytes;
    private final Retry.Series tries;
    private InputStream in = InputStream.nullInputStream();
    private boolean connected;
    private boolean decoded;
    private long offset;
    private long length = -1;
    private @Nullable String version;

    Resuming(URI address, Retrieval.Credentials credentials, long maxBytes) {
      this.address = address;
      this.tries = retry.series(address);
      this.credentials = credentials;
      this.maxBytes = maxBytes;
    }

    void connect() throws IOException {
      if (offline) {
        throw new NetworkException(
            address
                + " is not in the cache, and --offline forbids fetching it. Build once without"
                + " --offline.");
      }
      trying(
          number -> {
            ask();
            return address;
          });
    }

    @Override
    public int read(byte[] bytes, int start, int count) throws IOException {
      return trying(
          number -> {
            if (!connected) {
              ask();
            }
            return readOnce(bytes, start, count);
          });
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    private <T> T trying(Retry.Attempt<T> attempt) throws IOException {
      try {
        return tries.run(attempt);
      } catch (FileNotFoundException e) {
        throw e;
      } catch (PassingFailure e) {
        throw new NetworkException(
            "Cannot fetch "
                + address
                + " ("
                + Network.reason(e)
                + ", "
                + tries.failures()
                + " attempts). Check the network, or use another mirror with --repository or"
                + " --npm-registry.",
            e);
      } catch (IOException e) {
        throw new NetworkException(
            "Cannot fetch " + address + " (" + Network.reason(e) + "). Check the network.", e);
      }
    }

    /** Requests the bytes that have not been read, without a retry. */
    private void ask() throws IOException {
      try {
        accept(retrieval.get(address, credentials, range()));
        connected = true;
      } catch (FileNotFoundException | PassingFailure e) {
        throw e;
      } catch (IOException e) {
        throw PassingFailure.unlessHopeless(e);
      }
    }

    private int readOnce(byte[] bytes, int start, int count) throws PassingFailure {
      try {
        int read = in.read(bytes, start, count);
        decoded |= Network.isDecoded(in);
        if (read < 0 && !decoded && length >= 0 && offset < length) {
          throw new EOFException("the connection ended early");
        }
        offset += Math.max(read, 0);
        return read;
      } catch (IOException e) {
        connected = false;
        throw new PassingFailure(e);
      }
    }

    /** Returns the headers that request the unread bytes; empty for the whole file. */
    private Map<String, String> range() {
      // If the server compresses content for the transfer, a range counts the compressed bytes, so
      // the whole file is requested again.
      if (offset == 0 || decoded) {
        return Map.of();
      }
      String rest = "bytes=" + offset + "-";
      return version == null ? Map.of("Range", rest) : Map.of("Range", rest, "If-Range", version);
    }

    private void accept(HttpResponse<InputStream> response) throws IOException {
      int status = response.statusCode();
      if (status == 200 || (status == 206 && offset > 0)) {
        in = response.body();
        if (status == 200) {
          length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
          requireShort();
          version =
              response.headers().firstValue("ETag").filter(e -> !e.startsWith("W/")).orElse(null);
          // A server without support for ranges sends the whole file, so skip the bytes read
          // before.
          in.skipNBytes(offset);
        }
        return;
      }
      response.body().close();
      if (status == 404 || status == 410) {
        throw new FileNotFoundException(address.toString());
      }
      if (status == 401 || status == 403) {
        throw refused(response);
      }
      if (PassingStatus.includes(status)) {
        throw new PassingFailure(response);
      }
      if (status >= 500) {
        throw new NetworkException(
            address
                + " answers "
                + status
                + ". Use another mirror with --repository or --npm-registry.");
      }
      throw new UsageException(address + " answers " + status + ". Check the address.");
    }

    private void requireShort() throws IOException {
      if (length > maxBytes) {
        in.close();
        throw new VerificationException(
            address
                + " has "
                + length
                + " bytes according to its server, more than the allowed "
                + maxBytes
                + ". Use another registry or mirror.");
      }
    }

    private AuthenticationException refused(HttpResponse<InputStream> response) {
      String host = response.uri().getHost();
      return new AuthenticationException(
          address
              + " is refused by "
              + host
              + " ("
              + response.statusCode()
              + (response.request().headers().firstValue("Authorization").isPresent()
                  ? ", with the configured credentials). Check them."
                  : ", without credentials). Give some for "
                      + host
                      + ", in .npmrc for npm, before the host of --repository (user:password@) or"
                      + " in .netrc for Alpine."));
    }
  }
}
