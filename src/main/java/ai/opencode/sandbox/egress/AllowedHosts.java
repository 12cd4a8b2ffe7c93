package ai.opencode.sandbox.egress;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The hosts that a container may connect to, by HTTP and HTTPS through a proxy; it has no other
 * network.
 *
 * @param hosts at least one
 */
@Api
public record AllowedHosts(List<AllowedHost> hosts) {

  /** The beginning of a network mode that is such a list. */
  public static final String PREFIX = "allow:";

  private static final int MOST = 1000;

  /**
   * @throws UsageException if there is no host, or more than a thousand
   */
  public AllowedHosts {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty() || hosts.size() > MOST) {
      throw new UsageException(
          "A list of "
              + hosts.size()
              + " hosts is not one to allow. Use at most "
              + MOST
              + " hosts, and network \"none\" for none.");
    }
  }

  /**
   * Parses {@code HOST[:PORT][=private],…}, with or without {@code allow:} before it.
   *
   * @throws UsageException if the text has another form
   */
  public static AllowedHosts of(String text) {
    String list = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    return new AllowedHosts(
        Arrays.stream(list.split(",", -1)).map(String::strip).map(AllowedHost::of).toList());
  }

  /** Returns the form that {@link #of} reads. */
  @Override
  public String toString() {
    return hosts.stream().map(AllowedHost::toString).collect(Collectors.joining(","));
  }
}
