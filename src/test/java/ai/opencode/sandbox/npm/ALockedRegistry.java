package ai.opencode.sandbox.npm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A registry that has the versions of a lock only, so that the real npm chooses the same ones
 * whatever was published since. Tarballs come from another source.
 */
final class ALockedRegistry implements AutoCloseable {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private final Map<String, TreeMap<String, ObjectNode>> manifests = new TreeMap<>();
  private final Map<String, LockedNpmPackage> tarballs = new HashMap<>();
  private final TarballSource source;

  private ALockedRegistry(HttpServer server, TarballSource source) {
    this.server = server;
    this.source = source;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
  }

  /**
   * Starts a registry.
   *
   * @param lock the text of {@code package-lock.json}
   */
  static ALockedRegistry of(String lock, TarballSource source) throws IOException {
    ALockedRegistry registry =
        new ALockedRegistry(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
            source);
    for (LockedNpmPackage each : NpmLock.parse(lock, "the lock").packages()) {
      registry.tarballs.put("/-/" + each.name() + "-" + each.version() + ".tgz", each);
    }
    for (Map.Entry<String, JsonNode> each : MAPPER.readTree(lock).path("packages").properties()) {
      if (!each.getKey().isEmpty()) {
        registry.add(each.getKey(), each.getValue());
      }
    }
    registry.server.start();
    return registry;
  }

  private void add(String path, JsonNode entry) {
    String name = entry.path("name").asText(path.substring(path.lastIndexOf("node_modules/") + 13));
    String version = entry.path("version").asText();
    ObjectNode manifest = entry.deepCopy();
    manifest.put("name", name);
    manifest
        .putObject("dist")
        .put("tarball", address() + "-/" + name + "-" + version + ".tgz")
        .put("integrity", entry.path("integrity").asText());
    manifests.computeIfAbsent(name, unknown -> new TreeMap<>()).put(version, manifest);
  }

  /** Returns the address, which ends with a slash. */
  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    LockedNpmPackage tarball = tarballs.get(path);
    TreeMap<String, ObjectNode> versions = manifests.get(path.substring(1));
    try (exchange) {
      if (tarball != null) {
        exchange.sendResponseHeaders(200, 0);
        try (InputStream in = source.open(source.of(tarball));
            OutputStream out = exchange.getResponseBody()) {
          in.transferTo(out);
        }
      } else if (versions != null) {
        byte[] content = Packument.of(path.substring(1), versions);
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
