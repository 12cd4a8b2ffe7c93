package ai.opencode.sandbox.failure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * An address from outside, which a server sends or a file holds: what can be asked over HTTP, and
 * nothing else. Here it is read, and made longer.
 */
public final class ServerAddress {

  private static final int MAX_CHARACTERS = 16 << 10;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_SHOWN = 200;

  private ServerAddress() {}

  /**
   * Reads a whole address.
   *
   * @return empty where {@link #resolved} would be, and where it is relative
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
   * Resolves what a header says.
   *
   * @param from the address that answered
   * @return empty where it is no address with HTTP or HTTPS, a host and a port that can be; where
   *     it has user and password, which are no server's to choose; or a fragment, behind which
   *     whatever is appended would vanish
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

  /** Whether a request can be made to it. */
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
   * An address with more in its query.
   *
   * @param address that can be asked
   * @param query encoded
   */
  public static URI withQuery(URI address, String query) {
    return URI.create(address + (address.getRawQuery() == null ? "?" : "&") + query);
  }

  /**
   * The same address over HTTPS.
   *
   * @param address that can be asked
   */
  public static URI overHttps(URI address) {
    return URI.create("https" + address.toString().substring(address.getScheme().length()));
  }

  /** For a sentence that says it is none: without user and password, and not without end. */
  public static String shown(String text) {
    String cut = UserInfo.cut(text);
    return cut.length() > MAX_SHOWN ? cut.substring(0, MAX_SHOWN) + "…" : cut;
  }
}
