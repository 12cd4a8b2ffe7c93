package ai.opencode.sandbox.network;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts that are reached without a proxy. They always include this machine, which other
 * machines' proxies cannot reach.
 */
final class ProxyExceptions {

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?|\\[?0:0:0:0:0:0:0:1]?");
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV4_BLOCK = Pattern.compile(IPV4 + "/\\d{1,2}");

  private final List<Pattern> names;
  private final List<String> blocks;

  private ProxyExceptions(List<Pattern> names, List<String> blocks) {
    this.names = List.copyOf(names);
    this.blocks = List.copyOf(blocks);
  }

  static ProxyExceptions none() {
    return new ProxyExceptions(List.of(), List.of());
  }

  /** Parses the form of Java and Maven: {@code localhost|*.example.com}. */
  static ProxyExceptions ofPatterns(String text) {
    List<Pattern> names = new ArrayList<>();
    for (String each : text.split("[|,]", -1)) {
      if (!each.isBlank()) {
        names.add(Pattern.compile(wildcards(each.strip().toLowerCase(Locale.ROOT))));
      }
    }
    return new ProxyExceptions(names, List.of());
  }

  /**
   * Parses the form of {@code NO_PROXY}: names that include their subdomains, with or without
   * leading dot or star, with or without port; {@code 10.0.0.0/8}; or {@code *}.
   */
  static ProxyExceptions ofSuffixes(String text) {
    List<Pattern> names = new ArrayList<>();
    List<String> blocks = new ArrayList<>();
    for (String raw : text.split(",", -1)) {
      String each = raw.strip().toLowerCase(Locale.ROOT);
      if (IPV4_BLOCK.matcher(each).matches()) {
        blocks.add(each);
      } else if (each.equals("*")) {
        names.add(Pattern.compile(".*"));
      } else if (!each.isEmpty()) {
        String name = each.replaceFirst("^\\*?\\.", "");
        names.add(Pattern.compile("(.*\\.)?" + Pattern.quote(name)));
      }
    }
    return new ProxyExceptions(names, blocks);
  }

  private static String wildcards(String pattern) {
    List<String> parts = new ArrayList<>();
    for (String part : pattern.split("\\*", -1)) {
      parts.add(Pattern.quote(part));
    }
    return String.join(".*", parts);
  }

  static boolean isLoopback(URI address) {
    return LOOPBACK.matcher(String.valueOf(address.getHost()).toLowerCase(Locale.ROOT)).matches();
  }

  boolean contain(URI address) {
    String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
    String withPort = host + ":" + port(address);
    return names.stream()
            .anyMatch(name -> name.matcher(host).matches() || name.matcher(withPort).matches())
        || (IPV4.matcher(host).matches()
            && blocks.stream().anyMatch(block -> isWithin(block, host)));
  }

  private static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return "https".equals(address.getScheme()) ? 443 : 80;
  }

  private static boolean isWithin(String block, String host) {
    int slash = block.indexOf('/');
    int length = Math.min(32, Integer.parseInt(block.substring(slash + 1)));
    long mask = length == 0 ? 0 : -1L << (32 - length);
    return (number(block.substring(0, slash)) & mask) == (number(host) & mask);
  }

  private static long number(String address) {
    long number = 0;
    for (String part : address.split("\\.", -1)) {
      number = (number << 8) | (Integer.parseInt(part) & 0xff);
    }
    return number;
  }
}
