package ai.opencode.sandbox.security;

import ai.opencode.sandbox.egress.AllowedHosts;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces that a container has of its own or shares.
 *
 * @param user user namespace; null for the engine's default, {@code host} to switch its remapping
 *     of users off
 * @param network the network mode; null for the engine's default network, {@code none} for none
 * @param allowed the hosts that a proxy of the run lets through, with network {@code none}; null
 *     without such a proxy
 */
@Api
public record Namespaces(
    @Nullable String user, @Nullable String network, @Nullable AllowedHosts allowed) {

  private static final String NONE = "none";

  /**
   * Creates the settings.
   *
   * @throws UsageException if a value is malformed
   */
  public Namespaces {
    requireWord("user namespace mode", user);
    requireWord("network mode", network);
    if (network != null && network.startsWith(AllowedHosts.PREFIX)) {
      throw new UsageException(
          "\"" + network + "\" is a list of hosts and no network mode. Pass it as allowed hosts.");
    }
    if (allowed != null && !NONE.equals(network)) {
      throw new UsageException(
          "Network \""
              + network
              + "\" is not limited to the allowed hosts. Use \"none\" with them.");
    }
  }

  private static void requireWord(String what, @Nullable String value) {
    if (value != null && !value.matches("[A-Za-z0-9][A-Za-z0-9_.:=,@/-]*")) {
      throw new UsageException("\"" + value + "\" is not a " + what + ". Correct it.");
    }
  }

  /** Returns the engine's defaults. */
  public static Namespaces standard() {
    return new Namespaces(null, null, null);
  }

  public Namespaces withUser(@Nullable String newUser) {
    return new Namespaces(newUser, network, allowed);
  }

  /** Returns a copy with a network and without allowed hosts. */
  public Namespaces withNetwork(@Nullable String newNetwork) {
    return new Namespaces(user, newNetwork, null);
  }

  /** Returns a copy without network, but with a proxy that lets these hosts through. */
  public Namespaces withAllowed(AllowedHosts newAllowed) {
    return new Namespaces(user, NONE, newAllowed);
  }

  /** Returns the reasons why these namespaces would not isolate a task. */
  List<String> objections() {
    List<String> objections = new ArrayList<>();
    if (user != null && user.matches("(?i)(container|ns):.*")) {
      objections.add(
          "user namespace mode \"" + user + "\" joins the user namespace of another container");
    }
    objectionToNetwork().ifPresent(objections::add);
    return objections;
  }

  /**
   * Returns an objection to the network mode. Whether a network of that name exists is checked by
   * the engine.
   */
  private Optional<String> objectionToNetwork() {
    if (network == null || network.matches("none|bridge|default")) {
      return Optional.empty();
    }
    if (network.matches("(?i)host|(container|ns):.*")) {
      return Optional.of(
          "network mode \""
              + network
              + "\" shares a network stack with all services that listen on its loopback");
    }
    return network.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")
            && !network.matches("(?i)private|pasta|slirp4netns")
        ? Optional.empty()
        : Optional.of(
            "network mode \""
                + network
                + "\" is neither none nor bridge nor the name of a network, and may give access to"
                + " the host's loopback");
  }
}
