package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.registry.LazyTrust;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens files at addresses and in folders. Where a connection breaks, reading goes on at the byte
 * where it broke, so that whoever reads along (hashing, unpacking) notices nothing.
 */
public final class Download implements Origin {

  private static final int ATTEMPTS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** Made when it is needed: a build from folders needs no client. */
  private static final class Client {
    static final HttpClient HTTP =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .sslContext(LazyTrust.context())
            .build();
  }

  private final boolean offline;

  public Download(boolean offline) {
    this.offline = offline;
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
  public InputStream index(String repository, String architecture) throws IOException {
    return open(IndexFetcher.address(repository, architecture));
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry)
      throws IOException {
    URI address = registry.get().tarball(locked);
    return open(address.toString(), registry.get().authorization(address));
  }

  /** Whether an address is one, and not a folder. */
  public static boolean isAddress(String location) {
    return location.startsWith("https://") || location.startsWith("http://");
  }

  /**
   * Opens a file.
   *
   * @param location an {@code http(s)} or {@code file} address, or a path
   * @throws FileNotFoundException where there is certainly no such file
   * @throws NetworkException where the server cannot be reached, or keeps failing
   * @throws AuthenticationException where the server refuses
   */
  public InputStream open(String location) throws IOException {
    return open(location, Optional.empty());
  }

  /**
   * Opens a file with an {@code Authorization} header.
   *
   * @throws FileNotFoundException where there is certainly no such file
   */
  InputStream open(String location, Optional<String> authorization) throws IOException {
    if (!isAddress(location)) {
      return openFile(location);
    }
    Resuming stream = new Resuming(URI.create(location), authorization.orElse(null));
    stream.connect();
    return stream;
  }

  private static InputStream openFile(String location) throws IOException {
    Path path = location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
    try {
      return Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw new FileNotFoundException(path.toString());
    }
  }

  private final class Resuming extends InputStream {

    private final URI address;
    private final @Nullable String authorization;
    private InputStream in = InputStream.nullInputStream();
    private long offset;
    private long length = -1;
    private @Nullable String version;
    private int failures;

    Resuming(URI address, @Nullable String authorization) {
      this.address = address;
      this.authorization = authorization;
    }

    void connect() throws IOException {
      if (offline) {
        throw new NetworkException(
            address + " is not in the cache, and --offline forbids to fetch it");
      }
      while (true) {
        String failure;
        try {
          HttpResponse<InputStream> response =
              Client.HTTP.send(request(), HttpResponse.BodyHandlers.ofInputStream());
          if (accept(response)) {
            return;
          }
          failure = "it answers " + response.statusCode();
        } catch (FileNotFoundException e) {
          throw e;
        } catch (IOException e) {
          failure = reason(e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted while fetching " + address, e);
        }
        pauseAfter(failure);
      }
    }

    private HttpRequest request() {
      HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(ANSWER);
      if (authorization != null) {
        request.header("Authorization", authorization);
      }
      if (offset > 0) {
        request.header("Range", "bytes=" + offset + "-");
        if (version != null) {
          request.header("If-Range", version);
        }
      }
      return request.build();
    }

    /** Whether the answer is good; one that may become good gives false. */
    private boolean accept(HttpResponse<InputStream> response) throws IOException {
      int status = response.statusCode();
      if (status == 200 || (status == 206 && offset > 0)) {
        in = response.body();
        if (status == 200) {
          length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
          version =
              response.headers().firstValue("ETag").filter(e -> !e.startsWith("W/")).orElse(null);
          // A server without ranges begins again; what was read must come again before what was
          // not.
          in.skipNBytes(offset);
        }
        return true;
      }
      response.body().close();
      if (status == 404 || status == 410) {
        throw new FileNotFoundException(address.toString());
      }
      if (status == 401 || status == 403) {
        throw new AuthenticationException(
            address + " is refused (" + status + "); give credentials for " + address.getHost());
      }
      if (status != 408 && status != 429 && status < 500) {
        throw new UsageException(address + " answers " + status + "; check the address");
      }
      return false;
    }

    private void pauseAfter(String failure) throws IOException {
      if (++failures >= ATTEMPTS) {
        throw new NetworkException(
            "Cannot fetch "
                + address
                + " ("
                + failure
                + ", "
                + ATTEMPTS
                + " attempts); check the network, or use another mirror");
      }
      try {
        Thread.sleep(FIRST_PAUSE.toMillis() << (failures - 1));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while fetching " + address, e);
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int count) throws IOException {
      while (true) {
        String failure;
        try {
          int read = in.read(bytes, start, count);
          if (read > 0) {
            offset += read;
            return read;
          }
          if (read == 0 || length < 0 || offset >= length) {
            return read;
          }
          failure = "the connection ended early";
        } catch (IOException e) {
          failure = reason(e);
        }
        pauseAfter(failure);
        connect();
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** The JDK's exceptions for hosts without address have no message. */
  private static String reason(IOException e) {
    Throwable cause = e;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause.getMessage() != null) {
      return cause.getMessage();
    }
    return e instanceof java.net.ConnectException
        ? "no connection"
        : cause.getClass().getSimpleName();
  }
}
