package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.EnginePort;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of a container that can be reached at an address and port of the host.
 *
 * @param address the numeric address of the host
 * @param hostPort the port of the host; 0 for any free port, which is shown when the container has
 *     started
 * @param port the port in the container
 * @param protocol the protocol of both ports
 */
@Api
public record PublishedPort(String address, int hostPort, int port, Protocol protocol) {

  /** The protocols of ports. */
  public enum Protocol {
    TCP,
    UDP
  }

  private static final String LOOPBACK = "127.0.0.1";
  private static final int MAX_PORT = 65_535;
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

  private static final Pattern FORM =
      Pattern.compile(
          "(?:(?:(?<ipv6>\\[[^\\[\\]]+\\])|(?<ipv4>[^:\\[\\]]+)):(?=\\d+:))?(?:(?<host>\\d{1,5}):)?"
              + "(?<port>\\d{1,5})(?:/(?<protocol>tcp|udp))?");

  /**
   * Creates a port.
   *
   * @throws UsageException if the address is not numeric, or a port is out of range
   */
  public PublishedPort {
    if (hostPort < 0 || hostPort > MAX_PORT || port < 1 || port > MAX_PORT) {
      throw new UsageException(
          "The port "
              + (port < 1 || port > MAX_PORT ? port : hostPort)
              + " is out of range. Use 1 to 65535; only HOST_PORT may be 0 (any free port).");
    }
    address = canonical(address);
  }

  /** Returns a port of the host's loopback interface with the same number as in the container. */
  public static PublishedPort of(int port) {
    return new PublishedPort(LOOPBACK, port, port, Protocol.TCP);
  }

  /**
   * Parses {@code [[ADDRESS:]HOST_PORT:]PORT[/udp]}. Unlike with Docker's {@code --publish}, the
   * default address is that of the loopback interface, and the default port of the host is that of
   * the container.
   *
   * @throws UsageException if the text has another form
   */
  public static PublishedPort of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "\""
              + text
              + "\" is not a port to publish. Use PORT, HOST_PORT:PORT or"
              + " ADDRESS:HOST_PORT:PORT, with an IPv6 address in brackets. Add /udp for UDP.");
    }
    String address = LOOPBACK;
    if (matcher.group("ipv4") != null) {
      address = matcher.group("ipv4");
    } else if (matcher.group("ipv6") != null) {
      address = matcher.group("ipv6").replaceAll("[\\[\\]]", "");
    }
    int port = Integer.parseInt(matcher.group("port"));
    return new PublishedPort(
        address,
        matcher.group("host") == null ? port : Integer.parseInt(matcher.group("host")),
        port,
        "udp".equals(matcher.group("protocol")) ? Protocol.UDP : Protocol.TCP);
  }

  private static String canonical(String address) {
    if (IPV4.matcher(address).matches() || IPV6.matcher(address).matches()) {
      try {
        return InetAddress.getByName(address).getHostAddress();
      } catch (UnknownHostException e) {
        // The text has the characters of an address, but not the form. A name never gets here,
        // because getByName would look it up.
      }
    }
    throw new UsageException(
        "\""
            + address
            + "\" is not a numeric address. Use an address of this machine such as 127.0.0.1 or"
            + " [::1].");
  }

  boolean isLoopback() {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  EnginePort ofEngine() {
    return new EnginePort(address, hostPort, port, protocol.name().toLowerCase(Locale.ROOT));
  }
}
