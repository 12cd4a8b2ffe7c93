package ai.opencode.sandbox.network;

import ai.opencode.sandbox.concurrent.Once;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * The settings for reaching servers.
 *
 * @param proxies the proxies, which are determined at the first connection, because that may read
 *     files
 * @param authorities the PEM files with certificates that are trusted besides those that Java
 *     trusts
 * @param credentials the credentials for addresses from which files are fetched
 * @param netrc a {@code .netrc} file with further credentials
 * @param retry the number of attempts for each request, and the pauses between them
 */
@Api
public record NetworkSettings(
    Supplier<Proxies> proxies,
    List<Path> authorities,
    List<AddressCredentials> credentials,
    Path netrc,
    Retry retry) {

  public NetworkSettings {
    authorities = List.copyOf(authorities);
    credentials = List.copyOf(credentials);
  }

  /** Returns this machine's configuration: Java's properties, the environment, Maven's settings. */
  public static NetworkSettings standard() {
    Map<String, String> properties = properties();
    return of(properties, System.getenv());
  }

  /**
   * Returns this machine's configuration for a program that Maven runs: Java's properties, the
   * environment, then the given proxies in place of those that Maven's files name.
   */
  public static NetworkSettings inMaven(Proxies maven) {
    return of(properties(), System.getenv(), () -> maven);
  }

  static NetworkSettings of(Map<String, String> properties, Map<String, String> environment) {
    return of(properties, environment, () -> MavenSettings.of(properties, environment).proxies());
  }

  private static NetworkSettings of(
      Map<String, String> properties, Map<String, String> environment, Supplier<Proxies> maven) {
    List<Path> authorities = new ArrayList<>();
    String bundle = environment.getOrDefault("SSL_CERT_FILE", "");
    // A variable that still names a file of a removed installation is ignored.
    if (!bundle.isEmpty() && Files.isReadable(Path.of(bundle))) {
      authorities.add(Path.of(bundle));
    }
    String netrc = environment.getOrDefault("NETRC", "");
    return new NetworkSettings(
        new Once<>(() -> Proxies.of(properties, environment, maven)),
        authorities,
        List.of(),
        netrc.isEmpty()
            ? Path.of(properties.getOrDefault("user.home", ""), ".netrc")
            : Path.of(netrc),
        Retry.standard());
  }

  /** Returns the JVM's current properties. */
  public static Map<String, String> properties() {
    Map<String, String> texts = new HashMap<>();
    Properties system = System.getProperties();
    for (String name : system.stringPropertyNames()) {
      texts.put(name, system.getProperty(name, ""));
    }
    return texts;
  }

  public NetworkSettings withProxies(Proxies newProxies) {
    return new NetworkSettings(() -> newProxies, authorities, credentials, netrc, retry);
  }

  /** Returns settings that also trust further certificates. */
  public NetworkSettings withAuthorities(List<Path> further) {
    List<Path> all = new ArrayList<>(authorities);
    all.addAll(further);
    return new NetworkSettings(proxies, all, credentials, netrc, retry);
  }

  /** Returns settings with further credentials. */
  public NetworkSettings withCredentials(List<AddressCredentials> further) {
    List<AddressCredentials> all = new ArrayList<>(further);
    all.addAll(credentials);
    return new NetworkSettings(proxies, authorities, all, netrc, retry);
  }

  /** Returns settings with other retries. */
  public NetworkSettings withRetry(Retry newRetry) {
    return new NetworkSettings(proxies, authorities, credentials, netrc, newRetry);
  }
}
