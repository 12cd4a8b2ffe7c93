package ai.opencode.sandbox.egress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host in a request or in a list of allowed hosts: a DNS name or a numeric address. A text such
 * as {@code 2130706433} or {@code 127.1} is not accepted, because some programs read it as an
 * address and others as a name.
 */
sealed interface HostName {

  /** A DNS name in lower case, without a final dot. */
  record Dns(String name) implements HostName {

    @Override
    public String toString() {
      return name;
    }
  }

  /** A numeric address. */
  record Literal(InetAddress address) implements HostName {

    @Override
    public String toString() {
      return address instanceof Inet6Address
          ? "[" + address.getHostAddress() + "]"
          : address.getHostAddress();
    }
  }

  int MAX_CHARACTERS = 253;

  String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
  Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");

  /** The names that end in a number. They do not exist, and programs read them as addresses. */
  Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

  String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  Pattern IPV4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");
  Pattern IPV6 = Pattern.compile("\\[([0-9a-f:]*:[0-9a-f:.]*)\\]");

  /**
   * Reads a host: a name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets.
   *
   * @return the host; empty if the text has another form
   */
  static Optional<HostName> of(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (IPV4.matcher(lower).matches()) {
      return literal(lower);
    }
    if (IPV6.matcher(lower).matches()) {
      return literal(lower.substring(1, lower.length() - 1));
    }
    String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    return name.length() <= MAX_CHARACTERS
            && NAME.matcher(name).matches()
            && !ENDS_IN_NUMBER.matcher(name).matches()
        ? Optional.of(new Dns(name))
        : Optional.empty();
  }

  private static Optional<HostName> literal(String number) {
    try {
      return Optional.of(new Literal(InetAddress.getByName(number)));
    } catch (UnknownHostException e) {
      return Optional.empty(); // The text has the characters of an address, but not the form.
    }
  }
}
