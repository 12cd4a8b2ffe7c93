package ai.opencode.sandbox.guide;

import ai.opencode.sandbox.ALogin;
import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.ATlsServer;
import ai.opencode.sandbox.TlsIdentity;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.sun.net.httpserver.HttpExchange;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The hosts that the guides name, on loopback: a registry that asks for a user, a mirror of Alpine
 * of some kilobytes, a repository that the company signs itself, and an npm registry. Their
 * certificate is of the company's own authority. Programs reach them by their names through {@link
 * #proxy}, and reach no other host.
 */
final class AcmeNetwork implements Closeable {

  static final String USER = "robot";
  static final String PASSWORD = "s3cret";
  static final ASigningKey KEY = ASigningKey.named("acme.rsa.pub");
  static final ANpmTarball NPM_PACKAGE =
      ANpmTarball.empty("acme-agent", "1.4.0")
          .withFile(
              "package.json",
              "{\"name\": \"acme-agent\", \"version\": \"1.4.0\","
                  + " \"bin\": {\"acme-agent\": \"run.js\"}}\n")
          .withFile("run.js", "#!/usr/bin/env node\n");

  private static final List<String> HOSTS =
      List.of(
          "registry.acme.example", "mirror.acme.example", "apk.acme.example", "npm.acme.example");
  private static final ALogin LOGIN = new ALogin(USER, PASSWORD);

  private final Path directory;
  private final TlsIdentity identity;
  private final ASmallUpstream upstream;
  private final EmbeddedRegistry pushed;
  private final ATlsServer server;
  private final AProxy proxy;
  private final Map<String, byte[]> tarballs = new ConcurrentHashMap<>();

  private AcmeNetwork(Path directory, ASmallUpstream upstream) throws Exception {
    this.directory = directory;
    this.upstream = upstream;
    this.identity =
        TlsIdentity.forNames(directory, HOSTS.stream().map(host -> "dns:" + host).toList());
    this.pushed = EmbeddedRegistry.start(new BlobStore(directory.resolve("pushed")));
    this.server = ATlsServer.start(identity, this::answer);
    this.proxy = AProxy.to(server.port(), Set.copyOf(HOSTS));
  }

  /**
   * Starts the hosts.
   *
   * @param packages packages of Alpine's mirror, besides those of the base image
   */
  private static AcmeNetwork in(Path directory, AnApk... packages) throws Exception {
    AnApk[] all =
        Stream.concat(Stream.of(packages), SmallAlpine.packages().stream()).toArray(AnApk[]::new);
    ASmallUpstream upstream = ASmallUpstream.soundForBothPlatforms(directory, all);
    AcmeNetwork network = new AcmeNetwork(directory, upstream);
    // The small upstream has one repository, and Alpine two.
    Path release = Files.createDirectories(directory.resolve("alpine/v3.24"));
    Files.createSymbolicLink(release.resolve("main"), upstream.repository());
    write(release.resolve("community"), ASmallUpstream.KEY);
    network.tarballs.put("acme-agent-1.4.0.tgz", NPM_PACKAGE.bytes());
    return network;
  }

  /** Starts the hosts with the packages that the guides name. */
  static AcmeNetwork ofTheGuides(Path directory) throws Exception {
    AcmeNetwork network =
        in(
            Files.createDirectories(directory.resolve("network")),
            AnApk.named("jq").withFile("usr/bin/jq", 0755, "jq").signed(ASmallUpstream.KEY));
    network.offerTool("2.1-r0");
    return network;
  }

  /** Writes the company's tool of a version, in place of the former one. */
  void offerTool(String version) throws IOException {
    offer(
        AnApk.named("acme-tool")
            .version(version)
            .withFile("usr/bin/acme-tool", 0755, "tool " + version)
            .signed(KEY));
  }

  /** Writes the files that the company gives to its employees. */
  void giveFilesTo(GuideShell shell) throws IOException {
    shell.write("acme-ca.pem", certificate());
    Files.write(shell.work().resolve("acme.rsa.pub"), KEY.pem());
  }

  /** Writes the company's repository, in place of its former content. */
  private void offer(AnApk... packages) throws IOException {
    write(directory.resolve("own/v1"), KEY, packages);
  }

  private static void write(Path repository, ASigningKey key, AnApk... packages)
      throws IOException {
    for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      ARepository.in(repository)
          .architecture(platform.apkArchitecture())
          .with(packages)
          .signed(key)
          .write();
    }
  }

  /** Returns the address of a proxy through which the hosts are reached by their names. */
  String proxy() {
    return "http://127.0.0.1:" + proxy.port();
  }

  /** Returns the certificate of the company's authority in PEM form. */
  String certificate() {
    return identity.certificate();
  }

  /** Returns the digest of the image that Docker Hub's mirror has for Alpine. */
  Digest alpine() {
    return upstream.base().pinned().orElseThrow();
  }

  /** Returns the digest of an image that was pushed. */
  Digest pushed(String repository, String tag) throws IOException {
    return pushed.find(repository, tag).orElseThrow().digest();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = exchange.getRequestHeaders().getFirst("Host");
      String path = exchange.getRequestURI().getPath();
      switch (host) {
        case "registry.acme.example" -> registry(exchange);
        case "mirror.acme.example" ->
            send(exchange, directory.resolve("alpine"), path.replaceFirst("^/alpine/", ""));
        case "apk.acme.example" -> send(exchange, directory.resolve("own"), path.substring(1));
        default -> {
          byte[] tarball = tarballs.get(path.substring(path.lastIndexOf('/') + 1));
          send(exchange, tarball);
        }
      }
    }
  }

  private static void send(HttpExchange exchange, Path directory, String path) throws IOException {
    Path file = directory.resolve(path.replaceFirst("^/", "")).normalize();
    boolean found = file.startsWith(directory) && Files.isRegularFile(file);
    send(exchange, found ? Files.readAllBytes(file) : null);
  }

  private static void send(HttpExchange exchange, byte @org.jspecify.annotations.Nullable [] bytes)
      throws IOException {
    if (bytes == null) {
      exchange.sendResponseHeaders(404, -1);
    } else {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** Passes a request on to one of the registries on loopback if it names the user. */
  private void registry(HttpExchange exchange) throws IOException {
    String target = exchange.getRequestURI().toString();
    String hub = "/v2/hub/library/alpine/";
    LOGIN.passOn(
        exchange,
        URI.create(
            target.startsWith(hub)
                ? "http://"
                    + upstream.tagged().registry()
                    + "/v2/base/"
                    + target.substring(hub.length())
                : "http://" + pushed.address() + target));
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.close();
    pushed.close();
    upstream.close();
  }

  static String lockOfNpm() {
    String integrity = Objects.requireNonNull(NPM_PACKAGE.integrity()).toString();
    return """
        {
          "name": "agent",
          "version": "1.0.0",
          "lockfileVersion": 3,
          "requires": true,
          "packages": {
            "": {"name": "agent", "version": "1.0.0", "dependencies": {"acme-agent": "^1.4.0"}},
            "node_modules/acme-agent": {
              "version": "1.4.0",
              "resolved": "https://npm.acme.example/acme-agent/-/acme-agent-1.4.0.tgz",
              "integrity": "%s",
              "bin": {"acme-agent": "run.js"}
            }
          }
        }
        """
        .formatted(integrity);
  }
}
