package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pulling half of the distribution specification over an OCI layout, on a loopback port. */
final class LayoutServer implements AutoCloseable {

  private static final Pattern CONTENT =
      Pattern.compile("/v2/([a-z0-9._/-]+)/(manifests|blobs)/([A-Za-z0-9:._-]+)");

  private final OciLayout layout;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private LayoutServer(OciLayout layout, HttpServer server) {
    this.layout = layout;
    this.server = server;
  }

  static LayoutServer start(OciLayout layout) throws IOException {
    HttpServer http =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    LayoutServer server = new LayoutServer(layout, http);
    http.createContext("/v2/", server::answer);
    http.setExecutor(server.threads);
    http.start();
    return server;
  }

  /** {@code 127.0.0.1:PORT}: engines speak plain HTTP with a registry on loopback. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Matcher content = CONTENT.matcher(exchange.getRequestURI().getPath());
      if (!content.matches()) {
        exchange.sendResponseHeaders(
            exchange.getRequestURI().getPath().equals("/v2/") ? 200 : 404, -1);
        return;
      }
      String reference = content.group(3);
      Digest digest;
      if (reference.startsWith("sha256:")) {
        digest = Digest.of(reference);
      } else {
        Descriptor image = layout.find(content.group(1)).orElse(null);
        if (image == null) {
          exchange.sendResponseHeaders(404, -1);
          return;
        }
        digest = image.digest();
      }
      Path blob = layout.blobs().path(digest);
      if (!Files.exists(blob)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      boolean manifest = content.group(2).equals("manifests");
      exchange
          .getResponseHeaders()
          .set(
              "Content-Type",
              manifest ? mediaType(Files.readString(blob)) : "application/octet-stream");
      exchange.getResponseHeaders().set("Docker-Content-Digest", digest.toString());
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", Long.toString(Files.size(blob)));
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      exchange.sendResponseHeaders(200, Files.size(blob));
      try (InputStream in = Files.newInputStream(blob)) {
        in.transferTo(exchange.getResponseBody());
      }
    }
  }

  private static String mediaType(String json) {
    return json.contains("\"manifests\"")
        ? "application/vnd.oci.image.index.v1+json"
        : "application/vnd.oci.image.manifest.v1+json";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
