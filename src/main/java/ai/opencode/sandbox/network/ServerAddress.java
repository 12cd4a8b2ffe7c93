package ai.opencode.sandbox.network;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** An address that a server sends us to: what can be asked over HTTP, and nothing else. */
public final class ServerAddress {

  private static final int MAX_CHARACTERS = 16 << 10;
  private static final int MAX_PORT = 65_535;

  private ServerAddress() {}

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
}
