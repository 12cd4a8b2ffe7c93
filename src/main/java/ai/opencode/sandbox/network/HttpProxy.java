package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.UsageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy.
 *
 * @param host the proxy's host name or address
 * @param port the proxy's port, 1 to 65535
 * @param user the user name; null for a proxy without authentication
 * @param password the password; null if there is none
 * @param origin the setting or file that names the proxy, such as {@code HTTPS_PROXY}; for messages
 */
public record HttpProxy(
    String host, int port, @Nullable String user, @Nullable String password, String origin) {

  private static final int USUAL_PORT = 80;

  public HttpProxy {
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new UsageException(
          origin
              + " names the proxy \""
              + host
              + ":"
              + port
              + "\", which has no host or no valid port. Correct the host, and use a port of 1 to"
              + " 65535.");
    }
  }

  /**
   * Parses {@code [http://][user:password@]host[:port]}, with percent encoding in user and
   * password.
   *
   * @throws UsageException if the text has another form
   */
  static HttpProxy of(String text, String origin) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
        throw malformed(origin);
      }
      String[] pair = uri.getRawUserInfo() == null ? null : uri.getRawUserInfo().split(":", 2);
      return new HttpProxy(
          uri.getHost(),
          uri.getPort() < 0 ? USUAL_PORT : uri.getPort(),
          pair == null ? null : decoded(pair[0]),
          pair == null || pair.length < 2 ? null : decoded(pair[1]),
          origin);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw malformed(origin);
    }
  }

  static String decoded(String text) {
    // In an address, unlike in a form, a plus sign is literal.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Returns an error that does not quote the address, because that may contain a password. */
  private static UsageException malformed(String origin) {
    return new UsageException(
        "The value of "
            + origin
            + " is not a supported proxy address. Use http://[user:password@]host:port.");
  }

  /**
   * Returns the value of the header {@code Proxy-Authorization}; null for a proxy without
   * authentication.
   */
  @Nullable String authorization() {
    return user == null ? null : basic(user, password == null ? "" : password);
  }

  static String basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** Returns the proxy's name for messages, without the password. */
  @Override
  public String toString() {
    return "the proxy " + host + ":" + port + " (from " + origin + ")";
  }
}
