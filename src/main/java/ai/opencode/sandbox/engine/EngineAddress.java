package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.UserInfo;
import ai.opencode.sandbox.oci.Digest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The address of a container engine, and the setting that it was found in.
 *
 * @param uri the address, with the scheme {@code unix}, {@code tcp}, {@code http} or {@code https}
 * @param certificates the directory with {@code ca.pem}, {@code cert.pem} and {@code key.pem}; null
 *     without TLS
 * @param origin the setting's name for messages, such as {@code DOCKER_HOST}
 */
public record EngineAddress(URI uri, @Nullable Path certificates, String origin) {

  static final String HOW_TO_GET_ONE =
      "Start Docker or Podman (systemctl --user start podman.socket), or set DOCKER_HOST.";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> SCHEMES = Set.of("unix", "tcp", "http", "https");

  public EngineAddress {
    String scheme = uri.getScheme();
    if (scheme == null || !SCHEMES.contains(scheme)) {
      throw new UsageException(
          "Cannot use the container engine at "
              + uri
              + " (from "
              + origin
              + "): its address has no supported scheme. Set DOCKER_HOST to a unix:// or tcp://"
              + " address"
              + ("ssh".equals(scheme)
                  ? ", for instance to a socket that \"ssh -NL"
                      + " /tmp/engine.sock:/var/run/docker.sock\" forwards."
                  : "."));
    }
  }

  public boolean isUnixSocket() {
    return uri.getScheme().equals("unix");
  }

  /** Returns the path of the Unix socket, if {@link #isUnixSocket}. */
  public Path socket() {
    return Path.of(uri.getPath());
  }

  /**
   * Finds the engine in the order of the {@code docker} command: {@code DOCKER_HOST}, the docker
   * context in use, then the usual sockets of Docker and Podman.
   *
   * @throws UsageException if no engine is found, or its address is invalid
   */
  public static EngineAddress find(Map<String, String> environment, Path home) {
    return find(environment, home, usualSockets(environment, home));
  }

  public static EngineAddress find(Map<String, String> environment, Path home, List<Path> sockets) {
    Path configuration = directory(environment, "DOCKER_CONFIG", home.resolve(".docker"));
    String host = environment.getOrDefault("DOCKER_HOST", "");
    if (!host.isEmpty()) {
      boolean tls = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
      Path certificates = directory(environment, "DOCKER_CERT_PATH", configuration);
      return new EngineAddress(uri(host, "DOCKER_HOST"), tls ? certificates : null, "DOCKER_HOST");
    }
    String context = environment.getOrDefault("DOCKER_CONTEXT", "");
    if (context.isEmpty()) {
      context = currentContext(configuration.resolve("config.json"));
    }
    if (!context.isEmpty() && !context.equals("default")) {
      return ofContext(configuration, context);
    }
    for (Path socket : sockets) {
      if (Files.exists(socket)) {
        return new EngineAddress(uri(socket), null, "the first socket found");
      }
    }
    throw new UsageException(
        "No container engine found: DOCKER_HOST is not set, no docker context is in use and none of"
            + " these sockets exists: "
            + sockets.stream().map(Path::toString).collect(Collectors.joining(", "))
            + ". "
            + HOW_TO_GET_ONE);
  }

  private static List<Path> usualSockets(Map<String, String> environment, Path home) {
    List<Path> sockets = new ArrayList<>();
    sockets.add(Path.of("/var/run/docker.sock"));
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isEmpty()) {
      sockets.add(Path.of(runtime, "docker.sock"));
    }
    sockets.add(home.resolve(".docker/run/docker.sock"));
    sockets.add(home.resolve(".docker/desktop/docker.sock"));
    if (!runtime.isEmpty()) {
      sockets.add(Path.of(runtime, "podman", "podman.sock"));
    }
    sockets.add(Path.of("/run/podman/podman.sock"));
    return List.copyOf(sockets);
  }

  private static Path directory(Map<String, String> environment, String variable, Path otherwise) {
    String value = environment.getOrDefault(variable, "");
    return value.isEmpty() ? otherwise : Path.of(value);
  }

  /** Builds a URI from parts, so that characters such as spaces in the path are escaped. */
  private static URI uri(Path socket) {
    try {
      return new URI("unix", "", socket.toAbsolutePath().toString(), null, null);
    } catch (URISyntaxException e) {
      throw new UsageException(
          "The path "
              + socket
              + " of the engine's socket is not valid. Set DOCKER_HOST to another.");
    }
  }

  private static URI uri(String text, String origin) {
    // The parser's exception is not the cause here: it would print a password in the text.
    return parsed(text)
        .orElseThrow(
            () ->
                new UsageException(
                    "\""
                        + UserInfo.cut(text)
                        + "\" (from "
                        + origin
                        + ") is not an address. Write unix:///path or tcp://host:port."));
  }

  private static Optional<URI> parsed(String text) {
    try {
      // A bare path parses but has no scheme; the constructor rejects it, as docker does.
      return Optional.of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static String currentContext(Path config) {
    if (!Files.exists(config)) {
      return "";
    }
    return read(config).path("currentContext").asText("");
  }

  /** Reads a docker context, whose directory is named after the SHA-256 of the context's name. */
  private static EngineAddress ofContext(Path configuration, String context) {
    String id = Digest.sha256(context.getBytes(StandardCharsets.UTF_8)).hex();
    Path meta = configuration.resolve("contexts/meta").resolve(id).resolve("meta.json");
    if (!Files.exists(meta)) {
      throw new UsageException(
          "There is no docker context \""
              + context
              + "\": "
              + meta
              + " is missing. Choose one of \"docker context ls\", or set DOCKER_HOST.");
    }
    String host = read(meta).path("Endpoints").path("docker").path("Host").asText("");
    Path certificates = configuration.resolve("contexts/tls").resolve(id).resolve("docker");
    String origin = "docker context \"" + context + "\"";
    return new EngineAddress(
        uri(host, origin), Files.isDirectory(certificates) ? certificates : null, origin);
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read the docker configuration "
              + file
              + ": "
              + e.getMessage()
              + ". Repair it, or set DOCKER_HOST.",
          e);
    }
  }

  @Override
  public String toString() {
    return uri + " (from " + origin + ")";
  }
}
