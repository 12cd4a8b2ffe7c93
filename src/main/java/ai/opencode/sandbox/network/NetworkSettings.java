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
 * How servers are reached.
 *
 * @param proxies asked when the first connection is made: finding out may mean reading files
 * @param authorities PEM files with certificates that are trusted beside those that Java trusts
 * @param credentials for addresses below which files are fetched
 * @param netrc the file of that form in which further credentials are looked for
 * @param retry how often, and with what pauses, whatever is asked for is asked for
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

  /** As this machine is configured: Java's properties, the environment, Maven's settings. */
  public static NetworkSettings standard() {
    Map<String, String> properties = properties();
    return of(properties, System.getenv());
  }

  static NetworkSettings of(Map<String, String> properties, Map<String, String> environment) {
    List<Path> authorities = new ArrayList<>();
    String bundle = environment.getOrDefault("SSL_CERT_FILE", "");
    // Left over from another installation it is no reason to stop.
    if (!bundle.isEmpty() && Files.isReadable(Path.of(bundle))) {
      authorities.add(Path.of(bundle));
    }
    String netrc = environment.getOrDefault("NETRC", "");
    return new NetworkSettings(
        new Once<>(
            () ->
                Proxies.of(
                    properties, environment, () -> MavenSettings.of(properties, environment))),
        authorities,
        List.of(),
        netrc.isEmpty()
            ? Path.of(properties.getOrDefault("user.home", ""), ".netrc")
            : Path.of(netrc),
        Retry.standard());
  }

  /** The JVM's, as they are now. */
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

  /** Trusts further certificates too. */
  public NetworkSettings withAuthorities(List<Path> further) {
    List<Path> all = new ArrayList<>(authorities);
    all.addAll(further);
    return new NetworkSettings(proxies, all, credentials, netrc, retry);
  }

  /** Knows further credentials too. */
  public NetworkSettings withCredentials(List<AddressCredentials> further) {
    List<AddressCredentials> all = new ArrayList<>(further);
    all.addAll(credentials);
    return new NetworkSettings(proxies, authorities, all, netrc, retry);
  }

  /** Repeats in another way. */
  public NetworkSettings withRetry(Retry newRetry) {
    return new NetworkSettings(proxies, authorities, credentials, netrc, newRetry);
  }
}
