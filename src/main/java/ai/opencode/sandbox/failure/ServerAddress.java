package ai.opencode.sandbox.failure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * The check of addresses that come from a server or a file: only HTTP and HTTPS addresses that a
 * request can be sent to are accepted.
 */
public final class ServerAddress {

  private static final int MAX_CHARACTERS = 16 << 10;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_SHOWN = 200;

  private ServerAddress() {}

  /**
   * Parses an absolute address.
   *
   * @return empty if {@link #resolved} would be, and if the address is relative
   */
  public static Optional<URI> read(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    try {
      return Optional.of(new URI(text)).filter(ServerAddress::canBeAsked);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /**
   * Resolves the address in a response header.
   *
   * @param from the address that answered
   * @return empty if the result is not an HTTP or HTTPS address with a host and a valid port; if it
   *     has a user and password, which a server must not choose; or if it has a fragment, which
   *     would swallow everything appended later
   */
  public static Optional<URI> resolved(URI from, String text) {
    if (text.isEmpty() || text.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    try {
      URI address = from.resolve(new URI(text));
      return canBeAsked(address) ? Optional.of(address) : Optional.empty();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns whether a request can be sent to the address. */
  public static boolean canBeAsked(URI address) {
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    return (scheme.equals("https") || scheme.equals("http"))
        && address.getHost() != null
        && !address.isOpaque()
        && address.getPort() != 0
        && address.getPort() <= MAX_PORT
        && address.getRawUserInfo() == null
        && address.getRawFragment() == null;
  }

  /**
   * Returns the address with another query parameter.
   *
   * @param address one that {@link #canBeAsked}
   * @param query encoded
   */
  public static URI withQuery(URI address, String query) {
    return URI.create(address + (address.getRawQuery() == null ? "?" : "&") + query);
  }

  /**
   * Returns the same address with the scheme HTTPS.
   *
   * @param address one that {@link #canBeAsked}
   */
  public static URI overHttps(URI address) {
    return URI.create("https" + address.toString().substring(address.getScheme().length()));
  }

  /**
   * Returns a rejected address for use in a message: without user and password, and of limited
   * length.
   */
  public static String shown(String text) {
    String cut = UserInfo.cut(text);
    return cut.length() > MAX_SHOWN ? cut.substring(0, MAX_SHOWN) + "…" : cut;
  }
}
