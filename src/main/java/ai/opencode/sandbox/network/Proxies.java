package ai.opencode.sandbox.network;

import ai.opencode.sandbox.stability.Api;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The proxies of one source of configuration, and the hosts that are reached without them. */
@Api
public final class Proxies {

  private static final String USUAL_HTTP_PORT = "80";
  private static final String USUAL_HTTPS_PORT = "443";

  private final @Nullable HttpProxy http;
  private final @Nullable HttpProxy https;
  private final ProxyExceptions exceptions;

  Proxies(@Nullable HttpProxy http, @Nullable HttpProxy https, ProxyExceptions exceptions) {
    this.http = http;
    this.https = https;
    this.exceptions = exceptions;
  }

  public static Proxies none() {
    return new Proxies(null, null, ProxyExceptions.none());
  }

  /**
   * Returns the active proxy of Maven's settings, for HTTP and HTTPS requests alike: the protocol
   * in Maven's settings is that of the connection to the proxy.
   *
   * @param port the port as text; 8080 if it is null
   * @param nonProxyHosts the hosts that are reached without it, with {@code |} between patterns
   * @param source the name of the settings, for messages
   */
  public static Proxies ofMaven(
      String host,
      @Nullable String port,
      @Nullable String user,
      @Nullable String password,
      @Nullable String nonProxyHosts,
      String source) {
    String number = port == null ? "8080" : port;
    HttpProxy proxy =
        new HttpProxy(
            host,
            number.matches("\\d{1,5}") ? Integer.parseInt(number) : -1,
            user,
            password,
            source);
    return new Proxies(
        proxy, proxy, ProxyExceptions.ofPatterns(nonProxyHosts == null ? "" : nonProxyHosts));
  }

  /**
   * Returns the proxies of the first source that names one, with its exceptions: Java's properties,
   * the environment, Maven's settings.
   *
   * @param maven the proxies of Maven's settings, which are read only if no other source names a
   *     proxy
   */
  static Proxies of(
      Map<String, String> properties, Map<String, String> environment, Supplier<Proxies> maven) {
    Proxies found = ofProperties(properties);
    if (found.isEmpty()) {
      found = ofEnvironment(environment);
    }
    return found.isEmpty() ? maven.get() : found;
  }

  private static Proxies ofProperties(Map<String, String> properties) {
    return new Proxies(
        ofProperties(properties, "http", USUAL_HTTP_PORT),
        ofProperties(properties, "https", USUAL_HTTPS_PORT),
        ProxyExceptions.ofPatterns(properties.getOrDefault("http.nonProxyHosts", "")));
  }

  private static @Nullable HttpProxy ofProperties(
      Map<String, String> properties, String scheme, String usualPort) {
    String host = properties.getOrDefault(scheme + ".proxyHost", "");
    if (host.isEmpty()) {
      return null;
    }
    String port = properties.getOrDefault(scheme + ".proxyPort", usualPort);
    return new HttpProxy(
        host,
        port.matches("\\d{1,5}") ? Integer.parseInt(port) : -1,
        properties.get(scheme + ".proxyUser"),
        properties.get(scheme + ".proxyPassword"),
        "the property " + scheme + ".proxyHost");
  }

  private static Proxies ofEnvironment(Map<String, String> environment) {
    String exceptions =
        environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
    return new Proxies(
        ofEnvironment(environment, "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
        ofEnvironment(environment, "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
        ProxyExceptions.ofSuffixes(exceptions));
  }

  private static @Nullable HttpProxy ofEnvironment(
      Map<String, String> environment, String... names) {
    for (String name : names) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) {
        return HttpProxy.of(value, name);
      }
    }
    return null;
  }

  boolean isEmpty() {
    return http == null && https == null;
  }

  /** Returns the proxy for an address; empty for a direct connection. */
  Optional<HttpProxy> forAddress(URI address) {
    HttpProxy proxy = "https".equalsIgnoreCase(address.getScheme()) ? https : http;
    return proxy == null || exceptions.contain(address) ? Optional.empty() : Optional.of(proxy);
  }
}
