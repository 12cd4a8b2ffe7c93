package ai.opencode.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server on port 443 of loopback that plays the hosts of an official build: Docker Hub's
 * registry, its token server, the storage to which it redirects, Alpine's mirror, and an npm
 * registry, which passes requests on to this machine's own.
 *
 * <p>If it is unsteady, the first requests for each address fail, each in another way, and a token
 * soon expires.
 */
final class AnInternet implements Closeable {

  /** A name of the npm registry that exists here only. */
  static final String NPM = "npm.example";

  private static final String REGISTRY = "registry-1.docker.io";
  private static final String TOKENS = "auth.docker.io";
  private static final String STORAGE = "production.cloudflare.docker.com";
  private static final String ALPINE = "dl-cdn.alpinelinux.org";
  private static final String REPOSITORY = "/v2/library/alpine/";
  private static final int USES_OF_AN_UNSTEADY_TOKEN = 2;

  static final List<String> HOSTS = List.of(REGISTRY, TOKENS, STORAGE, ALPINE, NPM);

  /** The ways in which a first request fails. */
  enum Failure {
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    SHORTENED,
    DROPPED
  }

  /**
   * The content behind the names.
   *
   * @param images of Docker Hub's repository {@code library/alpine}
   * @param types the media types of the manifests in it
   * @param mirror the directory of Alpine's mirror
   * @param npm this machine's npm registry
   */
  record Content(BlobStore images, Map<Digest, String> types, Path mirror, URI npm) {}

  /** The number of failures of each kind that clients have met. */
  final ConcurrentMap<Failure, AtomicInteger> failures = new ConcurrentHashMap<>();

  /** The number of tokens that were issued. */
  final AtomicInteger tokens = new AtomicInteger();

  private final Content content;
  private final boolean steady;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
  private final ConcurrentMap<String, AtomicInteger> requests = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, AtomicInteger> uses = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, byte[]> fromNpm = new ConcurrentHashMap<>();

  private AnInternet(Content content, TlsIdentity identity, boolean steady)
      throws IOException, GeneralSecurityException {
    this.content = content;
    this.steady = steady;
    this.server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 443), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(identity.serverContext()));
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /**
   * Starts the server.
   *
   * @throws java.net.BindException if the port is taken, or this user may not take it
   */
  static AnInternet of(Content content, TlsIdentity identity, boolean steady)
      throws IOException, GeneralSecurityException {
    return new AnInternet(content, identity, steady);
  }

  /** Returns an identity for all hosts. */
  static TlsIdentity identity(Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    return TlsIdentity.forNames(directory, HOSTS.stream().map(host -> "dns:" + host).toList());
  }

  /** Writes a hosts file for Java that has these hosts and no others. */
  static Path hostsFile(Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("hosts"),
        HOSTS.stream().map(host -> "127.0.0.1 " + host + "\n").collect(Collectors.joining()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = exchange.getRequestHeaders().getFirst("Host");
      String path = exchange.getRequestURI().getPath();
      Failure failure = failure(host + path);
      if (failure == Failure.TOO_MANY_REQUESTS) {
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.sendResponseHeaders(429, -1);
      } else if (failure == Failure.UNAVAILABLE) {
        exchange.sendResponseHeaders(503, -1);
      } else if (failure != Failure.DROPPED) {
        answer(exchange, host, path, failure == Failure.SHORTENED);
      }
    }
  }

  /** Returns how a request fails; null if it does not, as after the first failure. */
  private @Nullable Failure failure(String address) {
    if (steady
        || requests.computeIfAbsent(address, a -> new AtomicInteger()).getAndIncrement() > 0) {
      return null;
    }
    Failure failure = Failure.values()[Math.floorMod(address.hashCode(), Failure.values().length)];
    failures.computeIfAbsent(failure, f -> new AtomicInteger()).incrementAndGet();
    return failure;
  }

  private void answer(HttpExchange exchange, String host, String path, boolean shortened)
      throws IOException {
    switch (host) {
      case TOKENS -> {
        String token = "token-" + tokens.incrementAndGet();
        uses.put(token, new AtomicInteger());
        byte[] json = ("{\"token\":\"" + token + "\",\"expires_in\":300}").getBytes(UTF_8);
        send(exchange, "application/json", json, shortened);
      }
      case REGISTRY -> registry(exchange, path, shortened);
      case STORAGE -> {
        if (exchange.getRequestHeaders().containsKey("Authorization")) {
          exchange.sendResponseHeaders(400, -1);
          return;
        }
        send(exchange, "application/octet-stream", blob(path.substring(1)), shortened);
      }
      case ALPINE -> {
        Path file = content.mirror().resolve(path.substring("/alpine/".length()));
        if (Files.isRegularFile(file)) {
          send(exchange, "application/octet-stream", Files.readAllBytes(file), shortened);
        } else {
          exchange.sendResponseHeaders(404, -1);
        }
      }
      case NPM -> send(exchange, "application/octet-stream", npm(path), shortened);
      default -> exchange.sendResponseHeaders(421, -1);
    }
  }

  private void registry(HttpExchange exchange, String path, boolean shortened) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    AtomicInteger used =
        authorization == null ? null : uses.get(authorization.replaceFirst("^Bearer ", ""));
    if (used == null || (!steady && used.incrementAndGet() > USES_OF_AN_UNSTEADY_TOKEN)) {
      exchange
          .getResponseHeaders()
          .set(
              "WWW-Authenticate",
              "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
                  + "scope=\"repository:library/alpine:pull\"");
      exchange.sendResponseHeaders(401, -1);
    } else if (path.equals("/v2/")) {
      send(exchange, "application/json", "{}".getBytes(UTF_8), shortened);
    } else if (path.startsWith(REPOSITORY + "blobs/")) {
      String digest = path.substring((REPOSITORY + "blobs/").length());
      exchange
          .getResponseHeaders()
          .set("Location", "https://" + STORAGE + "/" + digest + "?sign=1");
      exchange.sendResponseHeaders(307, -1);
    } else if (path.startsWith(REPOSITORY + "manifests/sha256:")) {
      String digest = path.substring((REPOSITORY + "manifests/").length());
      String type = Objects.requireNonNull(content.types().get(Digest.of(digest)), digest);
      send(exchange, type, blob(digest), shortened);
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  private byte[] blob(String digest) throws IOException {
    return Files.readAllBytes(content.images().path(Digest.of(digest)));
  }

  private byte[] npm(String path) throws IOException {
    byte[] known = fromNpm.get(path);
    if (known != null) {
      return known;
    }
    URI address = URI.create(content.npm().toString().replaceFirst("/$", "") + path);
    try {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException("this machine's npm registry answered " + answer.statusCode());
      }
      fromNpm.put(path, answer.body());
      return answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void send(HttpExchange exchange, String type, byte[] bytes, boolean shortened)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes, 0, shortened ? bytes.length / 2 : bytes.length);
    if (!shortened) {
      exchange.getResponseBody().close();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** Returns the media type of a manifest. */
  static Map<Digest, String> types(Descriptor... manifests) {
    return List.of(manifests).stream()
        .collect(Collectors.toMap(Descriptor::digest, Descriptor::mediaType));
  }
}
