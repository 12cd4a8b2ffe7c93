package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.npm.NpmConfiguration.Setting;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The npm registry that this machine is configured for. The first of these that is set counts:
 * system property {@code sandbox.npm.registry}; environment variable {@code npm_config_registry};
 * {@code .npmrc} of the project, of the user, of the machine; the answer of an installed npm. A
 * scope ({@code @name}) may have a registry of its own. No address is built in.
 *
 * <p>Safe for use by several threads.
 */
public final class NpmRegistry {

  /** The system property that names a registry. */
  public static final String PROPERTY = "sandbox.npm.registry";

  private final NpmSettings inputs;
  private final NpmConfiguration configuration;
  private @Nullable URI standard;

  private NpmRegistry(NpmSettings inputs) {
    this.inputs = inputs;
    this.configuration = new NpmConfiguration(inputs);
  }

  /** Reads the settings; an installed npm is run only when a package needs its answer. */
  public static NpmRegistry from(NpmSettings inputs) {
    return new NpmRegistry(inputs);
  }

  /**
   * Returns the address of the registry that has a package; ends with a slash.
   *
   * @throws UsageException if none is configured, or the configured value is not an address
   */
  public URI registry(String packageName) {
    int slash = packageName.indexOf('/');
    if (packageName.startsWith("@") && slash > 0) {
      String key = packageName.substring(0, slash) + ":registry";
      Optional<Setting> scoped = configuration.get(key);
      if (scoped.isPresent()) {
        return address(scoped.get().value(), key + " in " + scoped.get().origin());
      }
    }
    return standard();
  }

  /**
   * Returns the address of a package's tarball: {@code <registry>/<name>/-/<name without
   * scope>-<version>.tgz}.
   */
  public URI tarball(String name, String version) {
    if (!InstallPath.isName(name)) {
      throw new IllegalArgumentException("This is not the name of an npm package: " + name);
    }
    String file = tarballName(name, version);
    return ServerAddress.read(registry(name) + name + "/-/" + file)
        .orElseThrow(
            () ->
                new UsageException(
                    "The version \""
                        + ServerAddress.shown(version)
                        + "\" of "
                        + name
                        + " is not valid in an address. Correct package-lock.json."));
  }

  /** Returns the address of a locked package's tarball. */
  public URI tarball(LockedNpmPackage locked) {
    return tarball(locked.name(), locked.version());
  }

  /**
   * Returns the value of the {@code Authorization} header for an address, from the {@code
   * _authToken}, {@code _auth} or {@code username} and {@code _password} that are configured for
   * exactly its host and a parent directory. The caller asks again for the address of a redirect:
   * credentials are never sent to another host.
   */
  public Optional<String> authorization(URI address) {
    String host = address.getHost();
    String path = address.getRawPath();
    if (host == null || path == null || (isInClear(address) && isChosenByProject(address))) {
      return Optional.empty();
    }
    boolean usualPort =
        address.getPort() < 0
            || address.getPort() == ("https".equals(address.getScheme()) ? 443 : 80);
    String authority = host.toLowerCase(Locale.ROOT) + (usualPort ? "" : ":" + address.getPort());
    for (int slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
      String place = "//" + authority + path.substring(0, slash + 1);
      Optional<String> found = credentials(place + ":");
      // npm also accepts the form without the final slash.
      found =
          found.isPresent()
              ? found
              : credentials("//" + authority + path.substring(0, slash) + ":");
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static boolean isInClear(URI address) {
    return "http".equals(address.getScheme())
        && !Set.of("127.0.0.1", "[::1]", "localhost").contains(address.getHost());
  }

  /**
   * Returns whether the project's own {@code .npmrc} names the registry. The user's credentials are
   * not sent to such a registry, because another person may have written the project's file.
   */
  private boolean isChosenByProject(URI address) {
    return configuration.projectAddresses().anyMatch(each -> address.toString().startsWith(each));
  }

  static String tarballName(String name, String version) {
    int build = version.indexOf('+');
    return name.substring(name.indexOf('/') + 1)
        + "-"
        + (build < 0 ? version : version.substring(0, build))
        + ".tgz";
  }

  private Optional<String> credentials(String place) {
    Optional<String> token = secret(place + "_authToken");
    if (token.isPresent()) {
      return token.map(value -> "Bearer " + value);
    }
    Optional<String> basic = secret(place + "_auth");
    if (basic.isPresent()) {
      return basic.map(value -> "Basic " + value);
    }
    Optional<String> user = secret(place + "username");
    Optional<String> password = secret(place + "_password");
    if (user.isEmpty() || password.isEmpty()) {
      return Optional.empty();
    }
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(password.get());
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "The npm setting " + place + "_password is not base64. Log in again with npm login.", e);
    }
    String pair = user.get() + ":" + new String(decoded, StandardCharsets.UTF_8);
    return Optional.of(
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Returns a value for a header. A value that still contains an unset variable is left out,
   * because registries would then refuse even public packages.
   */
  private Optional<String> secret(String key) {
    return configuration
        .get(key)
        .map(Setting::value)
        .filter(value -> !value.contains("${"))
        .filter(value -> value.chars().allMatch(c -> c >= 0x20 && c != 0x7f));
  }

  private synchronized URI standard() {
    URI found = standard;
    if (found == null) {
      found = findStandard();
      standard = found;
    }
    return found;
  }

  private URI findStandard() {
    String property = inputs.properties().get(PROPERTY);
    if (property != null && !property.isEmpty()) {
      return address(property, "the system property " + PROPERTY);
    }
    Optional<Setting> configured = configuration.get("registry");
    if (configured.isPresent()) {
      return address(configured.get().value(), "registry in " + configured.get().origin());
    }
    return configuration
        .executable("npm")
        .flatMap(npm -> new InstalledNpm(npm, inputs, InstalledNpm.TIMEOUT).registry())
        .map(answer -> address(answer, "the answer of npm config get registry"))
        .orElseThrow(
            () ->
                new UsageException(
                    "No npm registry is configured. Set -D"
                        + PROPERTY
                        + "=<address>, the environment variable npm_config_registry or \"registry\""
                        + " in ~/.npmrc, or install npm."));
  }

  private static URI address(String text, String origin) {
    String withSlash = text.endsWith("/") ? text : text + "/";
    return ServerAddress.read(withSlash)
        .filter(address -> address.getRawQuery() == null)
        .filter(address -> Set.of("https", "http").contains(address.getScheme()))
        .orElseThrow(() -> notAnAddress(text, origin));
  }

  private static UsageException notAnAddress(String text, String origin) {
    // An unparsable value is not shown if it may contain a password.
    return new UsageException(
        (text.contains("@") ? "the value" : "\"" + ServerAddress.shown(text) + "\"")
            + " of "
            + origin
            + " is not the address of an npm registry. Use http(s)://host[:port]/[directory/], and"
            + " put credentials in //host/:_authToken instead of the address.");
  }
}
