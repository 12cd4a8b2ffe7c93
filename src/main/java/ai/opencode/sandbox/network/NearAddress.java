package ai.opencode.sandbox.network;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * The distance of an address: this machine itself, its network link (where clouds offer metadata,
 * at 169.254.169.254), or elsewhere. A server elsewhere has no reason to redirect to a nearer
 * address, so such a redirection is an attack.
 */
enum NearAddress {
  ELSEWHERE,
  LINK,
  MACHINE;

  /**
   * Returns whether a server may redirect to an address; to a near one, only an equally near one.
   */
  static boolean mayLead(URI from, URI to) {
    NearAddress near = of(to);
    return near == ELSEWHERE || near == of(from);
  }

  /** Returns the distance of a literal address or of localhost; other names are not resolved. */
  private static NearAddress of(URI address) {
    String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
    if (host.equals("localhost") || host.endsWith(".localhost")) {
      return MACHINE;
    }
    // No domain ends in a number. 2130706433 is 127.0.0.1 as well.
    if (!host.startsWith("[") && !host.matches("(.*\\.)?\\d[0-9a-fx]*")) {
      return ELSEWHERE;
    }
    try {
      InetAddress number = InetAddress.getByName(host);
      if (number.isLoopbackAddress() || number.isAnyLocalAddress()) {
        return MACHINE;
      }
      return number.isLinkLocalAddress() ? LINK : ELSEWHERE;
    } catch (UnknownHostException e) {
      return ELSEWHERE;
    }
  }
}
