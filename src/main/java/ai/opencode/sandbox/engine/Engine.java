package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.security.EngineKind;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.RuntimeInfo;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.api.model.VersionComponent;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A connection to a container engine (Docker or Podman) that has answered a ping. */
public final class Engine implements Closeable {

  private final EngineAddress address;
  private final DockerClient client;
  private final @Nullable SSLContext tls;
  private @Nullable Info info;

  private Engine(EngineAddress address, DockerClient client, @Nullable SSLContext tls) {
    this.address = address;
    this.client = client;
    this.tls = tls;
  }

  /**
   * Connects to an engine and pings it.
   *
   * @throws UsageException if it does not answer
   */
  public static Engine connect(EngineAddress address) throws IOException {
    DefaultDockerClientConfig.Builder settings =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            // Otherwise docker-java would take the certificates of the docker context in use.
            .withDockerContext("default")
            .withDockerHost(dockerHost(address))
            .withDockerTlsVerify(address.certificates() != null);
    if (address.certificates() != null) {
      settings.withDockerCertPath(address.certificates().toString());
    }
    DefaultDockerClientConfig config = settings.build();
    DockerClient client =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .connectionTimeout(Duration.ofSeconds(10))
                .build());
    try {
      SSLContext tls = config.getSSLConfig() == null ? null : config.getSSLConfig().getSSLContext();
      client.pingCmd().exec();
      return new Engine(address, client, tls);
    } catch (Exception e) { // docker-java throws whatever its transport does
      client.close();
      throw new UsageException(
          "The container engine at "
              + address
              + " does not answer: "
              + reason(e)
              + ". "
              + EngineAddress.HOW_TO_GET_ONE,
          e);
    }
  }

  private static String dockerHost(EngineAddress address) {
    String uri = address.uri().toString();
    return uri.replaceFirst("^https?://", "tcp://");
  }

  public DockerClient client() {
    return client;
  }

  public EngineAddress address() {
    return address;
  }

  /** Opens the standard streams of a container that has been created. */
  AttachedStreams attach(String container, boolean tty) throws IOException {
    return AttachedStreams.open(address, tls, container, tty);
  }

  Platform platform() {
    Version version = client.versionCmd().exec();
    return new Platform(
        Objects.requireNonNullElse(version.getOperatingSystem(), "linux"),
        Objects.requireNonNullElse(version.getArch(), Platform.host().architecture()));
  }

  public EngineKind kind() {
    List<VersionComponent> components =
        Objects.requireNonNullElse(client.versionCmd().exec().getComponents(), List.of());
    return components.stream().anyMatch(each -> "Podman Engine".equals(each.getName()))
        ? EngineKind.PODMAN
        : EngineKind.DOCKER;
  }

  /** Returns the engine's directory of images and containers; empty if the engine hides it. */
  public Optional<Path> dataDirectory() {
    String directory = Objects.requireNonNullElse(info().getDockerRootDir(), "");
    return directory.startsWith("/") ? Optional.of(Path.of(directory)) : Optional.empty();
  }

  private Info info() {
    if (info == null) {
      info = client.infoCmd().exec();
    }
    return info;
  }

  /** Returns the names of the engine's runtimes; empty if the engine hides them. */
  Set<String> runtimes() {
    Map<String, RuntimeInfo> runtimes = info().getRuntimes();
    return runtimes == null ? Set.of() : runtimes.keySet();
  }

  /** Returns the name of the runtime that containers get by default; empty if it is hidden. */
  String defaultRuntime() {
    return String.valueOf(info().getRawValues().getOrDefault("DefaultRuntime", ""));
  }

  /** Returns the number of the engine's processors; empty if it hides it. */
  public Optional<Integer> processors() {
    return Optional.ofNullable(info().getNCPU()).filter(each -> each > 0);
  }

  /** Returns whether the engine maps the users of containers to other users of the host. */
  public boolean mapsUsers() {
    List<String> security = Objects.requireNonNullElse(info().getSecurityOptions(), List.of());
    return security.stream()
        .anyMatch(option -> option.contains("name=rootless") || option.contains("name=userns"));
  }

  /** Returns whether the engine sets SELinux labels on files that containers mount. */
  boolean labelsFiles() {
    List<String> security = Objects.requireNonNullElse(info().getSecurityOptions(), List.of());
    return security.stream().anyMatch(option -> option.contains("name=selinux"));
  }

  /**
   * Wraps an engine's error.
   *
   * @param what the refused action, a verb phrase such as {@code run alpine}
   */
  public static NetworkException refused(String what, DockerException cause) {
    return new NetworkException(
        "The container engine refused to " + what + ": " + reason(cause), cause);
  }

  /** Returns the engine's or system's own error message, without docker-java's wrapping. */
  public static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String message = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
    String text =
        message
            .replaceFirst("(?s)^Status \\d+: ", "")
            .replaceFirst("(?s)^\\{\\s*\"message\"\\s*:\\s*\"(.*)\"\\s*\\}\\s*$", "$1")
            .replace("\\\"", "\"")
            .replaceAll("\\s+", " ")
            .strip()
            .replaceFirst("\\.$", "");
    if (text.toLowerCase(Locale.ROOT).contains("permission denied")) {
      return text + " (is your user in the group that may use the engine?)";
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
