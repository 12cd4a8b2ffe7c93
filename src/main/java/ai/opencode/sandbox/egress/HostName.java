package ai.opencode.sandbox.egress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host as a client or a list names it. Forms that programs read differently are none: Java and C
 * read {@code 2130706433} and {@code 127.1} as addresses.
 */
sealed interface HostName {

  /** A name of DNS in lower case, without a dot at its end. */
  record Dns(String name) implements HostName {

    @Override
    public String toString() {
      return name;
    }
  }

  /** An address in numbers. */
  record Literal(InetAddress address) implements HostName {

    @Override
    public String toString() {
      return address instanceof Inet6Address
          ? "[" + address.getHostAddress() + "]"
          : address.getHostAddress();
    }
  }

  int MOST_CHARACTERS = 253;

  String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
  Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");

  /** No domain ends in a number, and programs read such a name as an address. */
  Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

  String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  Pattern IPV4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");
  Pattern IPV6 = Pattern.compile("\\[([0-9a-f:]*:[0-9a-f:.]*)\\]");

  /**
   * Reads a host: a name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets.
   *
   * @return empty if it is none of them
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
    return name.length() <= MOST_CHARACTERS
            && NAME.matcher(name).matches()
            && !ENDS_IN_NUMBER.matcher(name).matches()
        ? Optional.of(new Dns(name))
        : Optional.empty();
  }

  private static Optional<HostName> literal(String number) {
    try {
      return Optional.of(new Literal(InetAddress.getByName(number)));
    } catch (UnknownHostException e) {
      return Optional.empty(); // It has the characters of an address, but not the form.
    }
  }
}
