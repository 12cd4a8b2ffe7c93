package ai.opencode.sandbox.network;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The sender of all HTTP requests. It sends each request once, through the configured proxy, and
 * trusts the configured certificates. A redirect is returned to the caller, which knows the hosts
 * that may receive credentials.
 *
 * <p>Safe for use by several threads.
 */
@Api
public final class Network {

  private static final Duration CONNECTING = Duration.ofSeconds(15);

  /**
   * The Java property with the authentication schemes, such as {@code Basic}, that are not used for
   * a proxy of HTTPS requests. Java's default contains {@code Basic}, so Java sends no password.
   */
  private static final String TUNNELING = "jdk.http.auth.tunneling.disabledSchemes";

  private final NetworkSettings settings;
  private final boolean offline;
  private final Once<HttpClient> client;
  private final Once<Netrc> netrc;
  private final Map<String, URI> addresses = new ConcurrentHashMap<>();

  public Network(NetworkSettings settings) {
    this(settings, false);
  }

  private Network(NetworkSettings settings, boolean offline) {
    this.settings = settings;
    this.offline = offline;
    // The client is created when it is needed: a fully cached build sends no request.
    this.client = new Once<>(this::client);
    this.netrc = new Once<>(() -> Netrc.read(settings.netrc()));
  }

  /** Returns a network with this machine's configuration. */
  public static Network standard() {
    return new Network(NetworkSettings.standard());
  }

  /** Returns a copy whose every request fails with a {@link NetworkException}. */
  public Network offline() {
    return new Network(settings, true);
  }

  /**
   * Makes Java send passwords to proxies for HTTPS requests too, unless the user has set the Java
   * property for this. Java reads the property once, before the first HTTP connection, and for the
   * whole process, so a program may call this method, but a library must not.
   */
  public static void allowProxyPasswords() {
    if (System.getProperty(TUNNELING) == null) {
      System.setProperty(TUNNELING, "");
    }
  }

  public NetworkSettings settings() {
    return settings;
  }

  /**
   * Returns the address of a server, which is found out once in the lifetime of this network.
   *
   * @param authority the host with its port
   */
  public URI address(String authority, Supplier<URI> probing) {
    URI known = addresses.get(authority);
    if (known == null) {
      // Two threads may probe at the same time, which does no harm: both get the same result.
      known = probing.get();
      addresses.put(authority, known);
    }
    return known;
  }

  /** Returns the configured retries, for callers of {@link #send}, which makes one attempt. */
  public Retry retry() {
    return settings.retry();
  }

  private HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(CONNECTING)
        .proxy(new Selector())
        .sslContext(LazyTrust.context(settings.authorities()))
        .build();
  }

  /**
   * Sends a request once. The caller closes the response's body.
   *
   * @throws IOException if there is no response
   * @throws AuthenticationException if the proxy does not accept the credentials, or needs some
   * @throws NetworkException if this network is offline
   */
  public HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    if (offline) {
      throw new NetworkException(
          "--offline forbids a request to "
              + request.uri().getHost()
              + " for data that is missing in the cache. Build once without --offline, or from an"
              + " archive of inputs.");
    }
    Optional<HttpProxy> proxy = proxy(request.uri());
    try {
      HttpResponse<InputStream> response =
          client
              .get()
              .send(complete(request, proxy), answer -> ContentCoding.subscriber(answer.headers()));
      if (response.statusCode() == 407 && proxy.isPresent()) {
        response.body().close();
        throw refused(proxy.get());
      }
      return response;
    } catch (IllegalArgumentException e) {
      // Java's client throws this for an impossible port or host, and for some malformed responses.
      throw new IOException("the address is invalid, or the response is not HTTP", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException(
          "Interrupted while waiting for " + request.uri().getHost() + ". Run the command again.",
          e);
    } catch (IOException e) {
      throw proxy.isPresent() ? new IOException(reason(e) + " through " + proxy.get(), e) : e;
    }
  }

  /**
   * Returns a request with the headers that every request has. One of them asks for content without
   * compression, because a server may use any compression for a request without {@code
   * Accept-Encoding} (RFC 9110, section 12.5.3).
   */
  private static HttpRequest complete(HttpRequest request, Optional<HttpProxy> proxy) {
    HttpRequest.Builder complete =
        HttpRequest.newBuilder(request, (name, value) -> true)
            .setHeader("Accept-Encoding", "identity");
    proxy
        .flatMap(chosen -> authorization(request.uri(), chosen))
        .ifPresent(value -> complete.header("Proxy-Authorization", value));
    return complete.build();
  }

  /**
   * Returns whether a response's body is decompressed while it is read, because the server
   * compressed it without being asked. The length and ranges in the headers of such a response
   * count compressed bytes.
   */
  public static boolean isDecoded(InputStream body) {
    return body instanceof DecodedBody decoded && decoded.isDecoded();
  }

  /** Returns the proxy for an address; does not read the settings for a loopback address. */
  private Optional<HttpProxy> proxy(URI address) {
    return ProxyExceptions.isLoopback(address)
        ? Optional.empty()
        : settings.proxies().get().forAddress(address);
  }

  private static Optional<String> authorization(URI address, HttpProxy proxy) {
    String authorization = proxy.authorization();
    if (authorization == null) {
      return Optional.empty();
    }
    if ("https".equalsIgnoreCase(address.getScheme()) && keepsPasswordsFromProxies()) {
      throw new UsageException(
          "Java does not send the password of "
              + proxy
              + " for https addresses. Start Java with -D"
              + TUNNELING
              + "= (nothing after the equals sign).");
    }
    return Optional.of(authorization);
  }

  private static boolean keepsPasswordsFromProxies() {
    String schemes = System.getProperty(TUNNELING);
    // If the property is not set, the file conf/net.properties has the value Basic.
    return schemes == null || schemes.toLowerCase(Locale.ROOT).contains("basic");
  }

  private static AuthenticationException refused(HttpProxy proxy) {
    return new AuthenticationException(
        proxy
            + (proxy.user() == null
                ? " requires a user and a password. Set its address to http://USER:PASSWORD@"
                : " does not accept user "
                    + proxy.user()
                    + " with this password. Correct its address, http://USER:PASSWORD@")
            + proxy.host()
            + ":"
            + proxy.port()
            + ".");
  }

  /**
   * Returns the value of the {@code Authorization} header for an address: from the settings or, if
   * the server has answered that it needs credentials, from {@code .netrc}. After a redirect, the
   * caller calls this method again with the new address.
   *
   * @param asked whether the server has answered with status 401
   */
  public Optional<String> authorization(URI address, boolean asked) {
    Optional<String> given =
        settings.credentials().stream()
            .filter(each -> each.cover(address))
            .max(Comparator.comparingInt(each -> each.prefix().toString().length()))
            .map(AddressCredentials::authorization);
    if (given.isPresent() || !asked || !"https".equals(address.getScheme())) {
      return given;
    }
    return netrc.get().authorization(address.getHost());
  }

  /** Returns the message of an exception, or a description if Java gives the exception none. */
  public static String reason(IOException failure) {
    return FailedConnection.reason(failure);
  }

  /**
   * Returns whether a connection failed because of a certificate that is not trusted, so that
   * another attempt would fail too.
   */
  public static boolean isUntrusted(IOException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  private final class Selector extends ProxySelector {

    @Override
    public List<Proxy> select(URI address) {
      return proxy(address)
          .map(each -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(each.host(), each.port())))
          .map(List::of)
          .orElse(List.of(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
      // The request fails with an exception that reports this.
    }
  }
}
