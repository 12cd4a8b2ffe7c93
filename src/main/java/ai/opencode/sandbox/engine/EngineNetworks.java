package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.model.Network;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A check that a network is in an engine's list, and that its name does not mean the host's own
 * network.
 */
public final class EngineNetworks {

  private static final Set<String> OF_EVERY_ENGINE = Set.of("default", "none", "bridge");

  private EngineNetworks() {}

  /**
   * Returns the reason not to use the network of that name; empty if it may be used.
   *
   * @param name the name or id of the network; null for the engine's default network
   */
  public static List<String> objections(Engine engine, @Nullable String name) {
    if (name == null || OF_EVERY_ENGINE.contains(name)) {
      return List.of();
    }
    List<Network> networks =
        engine.client().listNetworksCmd().exec().stream()
            .filter(each -> name.equals(each.getName()) || name.equals(each.getId()))
            .toList();
    if (networks.isEmpty()) {
      return List.of("network \"" + name + "\" is not in the engine's list (docker network ls)");
    }
    return networks.stream().anyMatch(each -> "host".equals(each.getDriver()))
        ? List.of("network \"" + name + "\" is the host's own network stack")
        : List.of();
  }
}
