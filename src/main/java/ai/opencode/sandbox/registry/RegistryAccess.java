package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.Retry;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.stability.Api;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The settings for requests to registries.
 *
 * @param insecureRegistries hosts with their ports to which plain HTTP is allowed if HTTPS fails;
 *     loopback is always allowed
 * @param mirrors replacements for pulls, by registry: {@code docker.io} to {@code
 *     mirror.example/hub}, before the repository's name; pushes are never redirected
 */
@Api
public record RegistryAccess(
    CredentialSource credentials,
    Set<String> insecureRegistries,
    Map<String, String> mirrors,
    Network network) {

  public RegistryAccess {
    insecureRegistries = Set.copyOf(insecureRegistries);
    mirrors = Map.copyOf(mirrors);
  }

  /** Returns HTTPS with this machine's credentials and network. */
  public static RegistryAccess standard() {
    return new RegistryAccess(CredentialSource.machine(), Set.of(), Map.of(), Network.standard());
  }

  public RegistryAccess withCredentials(CredentialSource newCredentials) {
    return new RegistryAccess(newCredentials, insecureRegistries, mirrors, network);
  }

  public RegistryAccess withInsecureRegistries(Set<String> hosts) {
    return new RegistryAccess(credentials, hosts, mirrors, network);
  }

  public RegistryAccess withMirrors(Map<String, String> newMirrors) {
    return new RegistryAccess(credentials, insecureRegistries, newMirrors, network);
  }

  /**
   * Returns settings with other retries, which also apply to other requests through the same
   * network.
   */
  public RegistryAccess withAttempts(int attempts, Duration firstPause) {
    Retry retry = network.retry().withAttempts(attempts, firstPause);
    return withNetwork(new Network(network.settings().withRetry(retry)));
  }

  /**
   * Returns a copy that reports each repetition of a request, and each second of a pause that a
   * server requests.
   */
  public RegistryAccess withProgress(Progress progress) {
    Retry retry = network.retry().withWaits(new ReportedWaits(progress));
    return withNetwork(new Network(network.settings().withRetry(retry)));
  }

  public RegistryAccess withNetwork(Network newNetwork) {
    return new RegistryAccess(credentials, insecureRegistries, mirrors, newNetwork);
  }

  /** Returns the reference for a pull of an image: itself if its registry has no mirror. */
  public Reference mirrored(Reference image) {
    String mirror = mirrors.get(image.registry());
    if (mirror == null) {
      return image;
    }
    String name = mirror.replaceFirst("/$", "") + "/" + image.repository();
    Reference there = Reference.of(name);
    return new Reference(there.registry(), there.repository(), image.tag(), image.digest());
  }

  /** Returns whether plain HTTP to a host with its port is allowed. */
  boolean allowsPlainHttp(String authority) {
    return isInsecure(authority) || isLoopback(authority);
  }

  /** Returns whether the user allowed plain HTTP to a host with its port. */
  boolean isInsecure(String authority) {
    return insecureRegistries.contains(authority);
  }

  /**
   * Returns whether an image's registry may redirect to an address: over HTTPS, and to a server of
   * this machine only if the registry is one.
   */
  boolean mayLeadTo(Reference image, URI address) {
    String authority = address.getAuthority();
    if (isInsecure(authority)) {
      return true;
    }
    return isLoopback(authority) ? image.isLoopback() : "https".equals(address.getScheme());
  }

  private static boolean isLoopback(String authority) {
    return new Reference(authority, "x", null, null).isLoopback();
  }
}
