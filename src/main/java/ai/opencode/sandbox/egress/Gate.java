package ai.opencode.sandbox.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** The decision by a list of hosts, with one lookup of each name that is asked for. */
record Gate(AllowedHosts hosts, NameService names) {

  private static final int FORBIDDEN = 403;
  private static final int BAD_GATEWAY = 502;

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
    // One address of several is enough for a refusal, as a name has no reason to mix them.
    if (entries.stream().noneMatch(AllowedHost::privately)
        && addresses.stream().anyMatch(each -> AddressClass.of(each) == AddressClass.NOT_GLOBAL)) {
      return new Verdict.Refused(
          FORBIDDEN,
          "it leads to this machine or a private network, and its entry does not end in =private");
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
