package ai.opencode.sandbox.egress;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The list of hosts that a container may connect to. The container has no network but a proxy for
 * HTTP and HTTPS, which connects to these hosts only.
 *
 * @param hosts the entries of the list; at least one
 */
@Api
public record AllowedHosts(List<AllowedHost> hosts) {

  /** The prefix of a list in an option that also takes a network mode, such as {@code none}. */
  public static final String PREFIX = "allow:";

  private static final int MOST = 1000;

  /**
   * Creates a list.
   *
   * @throws UsageException if the list is empty, or has more than a thousand entries
   */
  public AllowedHosts {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty() || hosts.size() > MOST) {
      throw new UsageException(
          "The list of allowed hosts has "
              + hosts.size()
              + " entries. Use 1 to "
              + MOST
              + " hosts, or the network \"none\" to allow no host.");
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
