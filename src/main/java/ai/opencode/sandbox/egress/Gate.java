package ai.opencode.sandbox.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * The decision whether a container may connect to a host.
 *
 * @param hosts the hosts that the container may connect to
 * @param names the lookup of a host's addresses
 */
record Gate(AllowedHosts hosts, NameService names) {

  private static final int FORBIDDEN = 403;
  private static final int BAD_GATEWAY = 502;

  /** Decides about a host and port; a permission contains the addresses of the only lookup. */
  Verdict judge(HostName host, int port) {
    List<AllowedHost> entries =
        hosts.hosts().stream().filter(each -> each.names(host, port)).toList();
    if (entries.isEmpty()) {
      return new Verdict.Refused(FORBIDDEN, "it is not on the list of allowed hosts");
    }
    List<InetAddress> addresses;
    try {
      addresses = addresses(host);
    } catch (UnknownHostException e) {
      return new Verdict.Refused(BAD_GATEWAY, "its name has no address");
    }
    // One private address among several is enough for a refusal: an honest name does not have
    // public and private addresses at once.
    if (entries.stream().noneMatch(AllowedHost::privately)
        && addresses.stream().anyMatch(each -> AddressClass.of(each) == AddressClass.NOT_GLOBAL)) {
      return new Verdict.Refused(
          FORBIDDEN,
          "its address is this machine's or in a private network, and its entry in the list of"
              + " allowed hosts does not end in =private");
    }
    return new Verdict.Permitted(
        addresses.stream().map(each -> new InetSocketAddress(each, port)).toList());
  }

  private List<InetAddress> addresses(HostName host) throws UnknownHostException {
    if (host instanceof HostName.Literal literal) {
      return List.of(literal.address());
    }
    return names.addresses(host.toString());
  }
}
