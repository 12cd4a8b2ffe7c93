package ai.opencode.sandbox.egress;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An entry in the list of hosts that a container may connect to.
 *
 * @param host a name in lower case, {@code *.} followed by a domain for all names in that domain,
 *     or a numeric address (IPv6 in brackets)
 * @param ports the TCP ports of the host that the container may connect to
 * @param privately whether the container may connect to the host even if it is this machine or in a
 *     private network
 */
@Api
public record AllowedHost(String host, Set<Integer> ports, boolean privately) {

  /** The ports of HTTP and HTTPS, which an entry without a port has. */
  public static final Set<Integer> USUAL_PORTS = Set.of(80, 443);

  private static final String BELOW = "*.";
  private static final String PRIVATE = "=private";
  private static final int MAX_PORT = 65_535;

  private static final Pattern FORM =
      Pattern.compile("(\\[[^\\[\\]]*\\]|[^:\\[\\]=]*)(?::(\\d{1,5}))?(" + PRIVATE + ")?");

  /**
   * Creates an entry.
   *
   * @throws UsageException if the host is neither a name nor an address, if there is no port or one
   *     out of range, or if the host is a private address and {@code privately} is false
   */
  public AllowedHost {
    ports = Set.copyOf(ports);
    host = canonical(host, privately);
    if (ports.isEmpty() || ports.stream().anyMatch(each -> each < 1 || each > MAX_PORT)) {
      throw new UsageException(
          "The entry for host " + host + " has no valid port. Use a number from 1 to 65535.");
    }
  }

  /** Returns the entry for a host outside of private networks, with the ports of HTTP and HTTPS. */
  public static AllowedHost named(String host) {
    return new AllowedHost(host, USUAL_PORTS, false);
  }

  /**
   * Parses {@code HOST[:PORT][=private]}.
   *
   * @throws UsageException if the text has another form
   */
  public static AllowedHost of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw notAHost(text);
    }
    return new AllowedHost(
        matcher.group(1),
        matcher.group(2) == null ? USUAL_PORTS : Set.of(Integer.parseInt(matcher.group(2))),
        matcher.group(3) != null);
  }

  private static String canonical(String host, boolean privately) {
    boolean below = host.startsWith(BELOW);
    HostName name =
        HostName.of(below ? host.substring(BELOW.length()) : host)
            .orElseThrow(() -> notAHost(host));
    if (below) {
      if (!(name instanceof HostName.Dns dns) || dns.name().indexOf('.') < 0) {
        throw new UsageException(
            "\""
                + host
                + "\" is not a set of hosts. Use the form *.example.com, where at least two parts"
                + " follow the asterisk.");
      }
      return BELOW + name;
    }
    if (name instanceof HostName.Literal literal
        && !privately
        && AddressClass.of(literal.address()) == AddressClass.NOT_GLOBAL) {
      throw new UsageException(
          "\""
              + host
              + "\" is not allowed, because it is this machine or in a private network. Write "
              + host
              + PRIVATE
              + " if the container may connect to it.");
    }
    return name.toString();
  }

  private static UsageException notAHost(String text) {
    return new UsageException(
        "\""
            + text
            + "\" is not a host to allow. Use HOST, HOST:PORT or *.example.com, followed by =private"
            + " if the host is in a private network, with an international name in its xn-- form"
            + " and an IPv6 address in brackets.");
  }

  /**
   * Returns whether a host and port match this entry. Only the host's text is compared; the address
   * behind a name is not looked up.
   */
  boolean names(HostName asked, int port) {
    if (!ports.contains(port)) {
      return false;
    }
    if (host.startsWith(BELOW)) {
      return asked instanceof HostName.Dns dns && dns.name().endsWith(host.substring(1));
    }
    return HostName.of(host).equals(Optional.of(asked));
  }

  /**
   * Returns the form that {@link AllowedHosts#of} reads: {@code HOST[=private]} for the usual
   * ports, otherwise {@code HOST:PORT[=private]} for each port, separated by commas.
   */
  @Override
  public String toString() {
    String end = privately ? PRIVATE : "";
    return ports.equals(USUAL_PORTS)
        ? host + end
        : ports.stream()
            .sorted()
            .map(each -> host + ":" + each + end)
            .collect(Collectors.joining(","));
  }
}
