package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.network.Retry;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.credentials.Credentials;
import ai.opencode.sandbox.report.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for connections to registries and other servers. */
final class Connections {

  private static final String PASSWORD = "--registry-password";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--registry-username",
      paramLabel = "USER",
      description =
          "User name for the registry that the command names; credentials for others are looked up on this machine.")
  private @Nullable String username;

  @Option(
      names = PASSWORD,
      paramLabel = "PASSWORD",
      description =
          "Password of that user. Set SANDBOX_REGISTRY_PASSWORD instead, because other users can read a command line.")
  private @Nullable String password;

  @Option(
      names = "--insecure-registry",
      paramLabel = "HOST:PORT",
      split = ",",
      description = "A registry that may be reached over plain HTTP.")
  private Set<String> insecureRegistries = new LinkedHashSet<>();

  @Option(
      names = "--registry-mirror",
      paramLabel = "HOST=MIRROR",
      split = ",",
      description = "Pull from a mirror: docker.io=mirror.example/hub.")
  private Map<String, String> mirrors = new LinkedHashMap<>();

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      split = ",",
      description = "Trust the certificates in this PEM file too.")
  private List<Path> authorities = new ArrayList<>();

  @Option(
      names = "--network-patience",
      paramLabel = "DURATION",
      converter = DurationText.class,
      description = {
        "The longest time that one request waits when a server asks to try later (Retry-After), such as"
            + " 30s, 2m or 0.",
        "Default: ${DEFAULT-VALUE}"
      },
      defaultValue = "2m")
  private Duration patience = Retry.PATIENCE;

  /**
   * Returns the access to registries that the options describe.
   *
   * @param registries the registries that the user names, with their ports; the user and password
   *     given are for these
   * @throws UsageException if user or password is missing, or they would be for several registries
   */
  RegistryAccess to(List<String> registries) {
    mirrors.values().forEach(mirror -> Reference.of(mirror + "/image"));
    RegistryAccess access =
        RegistryAccess.standard()
            .withInsecureRegistries(insecureRegistries)
            .withMirrors(mirrors)
            .withNetwork(network());
    if (username == null && password == null) {
      return access;
    }
    if (username == null || password == null) {
      throw new UsageException(
          "A user and a password belong together. Give "
              + (username == null ? "--registry-username" : "SANDBOX_REGISTRY_PASSWORD")
              + " too.");
    }
    List<String> hosts = registries.stream().distinct().toList();
    if (hosts.size() > 1) {
      throw new UsageException(
          "--registry-username would be for several registries, "
              + String.join(" and ", hosts)
              + ". Log in to each with \"docker login\" instead.");
    }
    return hosts.isEmpty()
        ? access
        : access.withCredentials(
            CredentialSource.firstOf(
                List.of(
                    CredentialSource.of(
                        new Credentials(username, password, "--registry-username"), hosts.get(0)),
                    access.credentials())));
  }

  /** Returns the access to the registries that hold the images named to a command. */
  RegistryAccess toImages(List<String> images) {
    List<String> registries = new ArrayList<>();
    for (String image : images) {
      if (ImageSource.of(image) instanceof ImageSource.InRegistry remote) {
        registries.add(remote.reference().registry());
      }
    }
    ShownProgress progress = ProgressForm.PAUSES.of(spec);
    if (!registries.isEmpty()) {
      progress.step(Stage.NETWORK, "asking " + String.join(" and ", new TreeSet<>(registries)));
    }
    return to(registries).withProgress(progress);
  }

  /** Returns the registries among the targets. */
  static List<String> registries(List<Target> targets) {
    return targets.stream().map(Target::registry).flatMap(Optional::stream).toList();
  }

  Network network() {
    NetworkSettings settings = NetworkSettings.standard().withAuthorities(authorities);
    return new Network(settings.withRetry(settings.retry().withPatience(patience)));
  }

  /** Returns warnings about risks of the options given; empty if there are none. */
  List<String> warnings() {
    boolean seen = spec != null && spec.commandLine().getParseResult().hasMatchedOption(PASSWORD);
    return seen
        ? List.of(
            "Other users of this machine can read "
                + PASSWORD
                + " in the list of processes. Set SANDBOX_REGISTRY_PASSWORD instead.")
        : List.of();
  }
}
