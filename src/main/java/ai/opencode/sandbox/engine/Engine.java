package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.security.EngineKind;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Info;
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
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A container engine that answers. */
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
   * @throws UsageException where it does not answer
   */
  public static Engine connect(EngineAddress address) throws IOException {
    DefaultDockerClientConfig.Builder settings =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            // Another context must not bring its certificates along.
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
              + "; "
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

  /** Where it keeps images and containers, as far as it says so. */
  public Optional<Path> dataFolder() {
    String folder = Objects.requireNonNullElse(info().getDockerRootDir(), "");
    return folder.startsWith("/") ? Optional.of(Path.of(folder)) : Optional.empty();
  }

  private Info info() {
    if (info == null) {
      info = client.infoCmd().exec();
    }
    return info;
  }

  /** Whether users in a container are other users on the host, because the engine maps them. */
  public boolean mapsUsers() {
    List<String> security = Objects.requireNonNullElse(info().getSecurityOptions(), List.of());
    return security.stream()
        .anyMatch(option -> option.contains("name=rootless") || option.contains("name=userns"));
  }

  /** Whether it gives files that containers see a label of their own (SELinux). */
  boolean labelsFiles() {
    List<String> security = Objects.requireNonNullElse(info().getSecurityOptions(), List.of());
    return security.stream().anyMatch(option -> option.contains("name=selinux"));
  }

  /** Turns an answer that the caller has no better words for into one sentence. */
  public static NetworkException refused(String what, DockerException cause) {
    return new NetworkException(
        "The container engine refused to " + what + ": " + reason(cause), cause);
  }

  /** What the engine or the system said, without the wrapping of docker-java. */
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
            .strip();
    if (text.toLowerCase(Locale.ROOT).contains("permission denied")) {
      return text + " (are you in the group that may use it?)";
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
