package ai.opencode.sandbox.failure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * The parsing of addresses from outside, from a server's header or a file. Only addresses to which
 * an HTTP request can be made are accepted.
 */
public final class ServerAddress {

  private static final int MAX_CHARACTERS = 16 << 10;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_SHOWN = 200;

  private ServerAddress() {}

  /** Returns whether a location is on a web server, not a path of this machine. */
  public static boolean isWeb(String location) {
    return location.startsWith("https://") || location.startsWith("http://");
  }

  /**
   * Parses an absolute address.
   *
   * @return the address; empty if it is relative, or {@link #resolved} would not accept it
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
   * Resolves the address in a header.
   *
   * @param from the address of the answer
   * @param text the header's value, absolute or relative
   * @return the address; empty if it has another scheme than HTTP or HTTPS, no valid host or port,
   *     a user or password, which a server must not choose, or a fragment, which would hide
   *     appended text
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

  /** Returns whether an HTTP request can be made to an address. */
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
   * Returns an address with an addition to its query.
   *
   * @param address an address that can be asked
   * @param query the addition, percent-encoded
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

  /** Returns an invalid address for a message, without user and password, and cut if long. */
  public static String shown(String text) {
    String cut = UserInfo.cut(text);
    return cut.length() > MAX_SHOWN ? cut.substring(0, MAX_SHOWN) + "…" : cut;
  }
}
