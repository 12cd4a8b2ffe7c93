package ai.opencode.sandbox.network;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Addresses that mean something else on each machine: those of the machine itself, and those of its
 * link, where clouds have their metadata. A server elsewhere has no reason to send us there.
 */
enum NearAddress {
  ELSEWHERE,
  LINK,
  MACHINE;

  /** Returns whether a server may redirect to an address; to a near one, only an equally near one. */
  static boolean mayLead(URI from, URI to) {
    NearAddress near = of(to);
    return near == ELSEWHERE || near == of(from);
  }

  /** Looks at the address alone; what a name means is for a name server to say. */
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
