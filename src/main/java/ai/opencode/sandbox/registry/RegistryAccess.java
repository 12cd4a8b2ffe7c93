package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.Patience;
import ai.opencode.sandbox.oci.Reference;
import java.time.Duration;
import java.util.Set;

/**
 * How registries are spoken with.
 *
 * @param insecureRegistries hosts, with their ports, that may be spoken with over plain HTTP where
 *     HTTPS fails; loopback may always be
 */
public record RegistryAccess(
    CredentialSource credentials,
    Set<String> insecureRegistries,
    Patience patience,
    Network network) {

  public RegistryAccess {
    insecureRegistries = Set.copyOf(insecureRegistries);
  }

  /** HTTPS, with the credentials and the network of this machine. */
  public static RegistryAccess standard() {
    return new RegistryAccess(
        CredentialSource.machine(), Set.of(), Patience.standard(), Network.standard());
  }

  public RegistryAccess withCredentials(CredentialSource newCredentials) {
    return new RegistryAccess(newCredentials, insecureRegistries, patience, network);
  }

  public RegistryAccess withInsecureRegistries(Set<String> hosts) {
    return new RegistryAccess(credentials, hosts, patience, network);
  }

  public RegistryAccess withAttempts(int attempts, Duration firstPause) {
    return new RegistryAccess(
        credentials, insecureRegistries, new Patience(attempts, firstPause), network);
  }

  public RegistryAccess withNetwork(Network newNetwork) {
    return new RegistryAccess(credentials, insecureRegistries, patience, newNetwork);
  }

  /** Whether a host, with its port, may be spoken with over plain HTTP. */
  boolean allowsPlainHttp(String authority) {
    return insecureRegistries.contains(authority)
        || new Reference(authority, "x", null, null).isLoopback();
  }
}
