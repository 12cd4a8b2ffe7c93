package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.UsageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that is spoken with over HTTP.
 *
 * @param user null where it lets everybody through
 * @param origin where the setting comes from, in words for messages
 */
public record HttpProxy(
    String host, int port, @Nullable String user, @Nullable String password, String origin) {

  private static final int USUAL_PORT = 80;

  public HttpProxy {
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new UsageException(
          "No proxy is at \"" + host + ":" + port + "\" (from " + origin + ")");
    }
  }

  /**
   * Parses {@code [http://][user:password@]host[:port]}, with percent encoding in user and
   * password.
   *
   * @throws UsageException where it is something else
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
    // In this place a plus is a plus, unlike in forms.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Without the text, which may hold a password. */
  private static UsageException malformed(String origin) {
    return new UsageException(
        "The value of "
            + origin
            + " is no proxy that this program can use; expected http://[user:password@]host:port");
  }

  /** For the header {@code Proxy-Authorization}; null where it needs none. */
  @Nullable String authorization() {
    return user == null ? null : basic(user, password == null ? "" : password);
  }

  static String basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "the proxy " + host + ":" + port + " (from " + origin + ")";
  }
}
