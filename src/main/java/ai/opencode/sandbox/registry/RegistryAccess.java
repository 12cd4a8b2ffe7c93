package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.oci.Reference;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How registries are spoken with.
 *
 * @param insecureRegistries hosts, with their ports, that may be spoken with over plain HTTP where
 *     HTTPS fails; loopback may always be
 * @param attempts how often a request is made before it counts as failed, at least 1
 * @param firstPause before the second attempt; doubled before each further one
 * @param tls whom to trust; null for what the JDK trusts
 */
public record RegistryAccess(
    CredentialSource credentials,
    Set<String> insecureRegistries,
    int attempts,
    Duration firstPause,
    @Nullable SSLContext tls) {

  public RegistryAccess {
    insecureRegistries = Set.copyOf(insecureRegistries);
    if (attempts < 1 || firstPause.isNegative()) {
      throw new IllegalArgumentException(attempts + " attempts, pauses of " + firstPause);
    }
  }

  /** HTTPS, the machine's credentials, six attempts within about ten seconds. */
  public static RegistryAccess standard() {
    return new RegistryAccess(
        CredentialSource.machine(), Set.of(), 6, Duration.ofMillis(300), null);
  }

  public RegistryAccess withCredentials(CredentialSource newCredentials) {
    return new RegistryAccess(newCredentials, insecureRegistries, attempts, firstPause, tls);
  }

  public RegistryAccess withInsecureRegistries(Set<String> hosts) {
    return new RegistryAccess(credentials, hosts, attempts, firstPause, tls);
  }

  public RegistryAccess withAttempts(int newAttempts, Duration newFirstPause) {
    return new RegistryAccess(credentials, insecureRegistries, newAttempts, newFirstPause, tls);
  }

  public RegistryAccess withTls(SSLContext newTls) {
    return new RegistryAccess(credentials, insecureRegistries, attempts, firstPause, newTls);
  }

  /** Whether a host, with its port, may be spoken with over plain HTTP. */
  boolean allowsPlainHttp(String authority) {
    return insecureRegistries.contains(authority)
        || new Reference(authority, "x", null, null).isLoopback();
  }
}
