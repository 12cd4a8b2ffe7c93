package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.TlsIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The Distribution project's own server, on loopback, with a storage directory of its own. */
public final class ADistribution implements Closeable {

  public static final String HOW_TO_GET_IT =
      "skipped: no docker-registry; on Debian scripts/test installs it";

  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");

  private final Process process;
  private final int port;

  private ADistribution(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  public static boolean isThere() {
    return Files.isExecutable(PROGRAM);
  }

  public static ADistribution in(Path folder) throws IOException, InterruptedException {
    return start(folder, freePort(), "", "", "");
  }

  static ADistribution readOnly(Path folder) throws IOException, InterruptedException {
    return start(
        folder, freePort(), "  maintenance:\n    readonly:\n      enabled: true\n", "", "");
  }

  /** Returns a server with TLS, and with users in a file. */
  static ADistribution withUsers(Path folder, TlsIdentity identity, String htpasswd)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path users = Files.writeString(folder.resolve("htpasswd"), htpasswd + "\n");
    return start(
        folder,
        freePort(),
        "",
        tls(folder, identity),
        "auth:\n  htpasswd:\n    realm: test\n    path: " + users + "\n");
  }

  /** Returns a server that delegates authorization to a token server. */
  static ADistribution withTokens(Path folder, ATokenServer tokens, TlsIdentity identity)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path bundle = Files.writeString(folder.resolve("tokens.pem"), identity.certificate());
    return start(
        folder,
        freePort(),
        "",
        "",
        "auth:\n  token:\n    realm: "
            + tokens.address()
            + "\n    service: "
            + ATokenServer.SERVICE
            + "\n    issuer: "
            + ATokenServer.ISSUER
            + "\n    rootcertbundle: "
            + bundle
            + "\n");
  }

  private static String tls(Path folder, TlsIdentity identity) throws IOException {
    Path certificate = Files.writeString(folder.resolve("server.crt"), identity.certificate());
    Path key = Files.writeString(folder.resolve("server.key"), identity.key());
    return "  tls:\n    certificate: " + certificate + "\n    key: " + key + "\n";
  }

  private static ADistribution start(
      Path folder, int port, String storage, String http, String rest)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path settings =
        Files.writeString(
            folder.resolve("config.yml"),
            "version: 0.1\nlog:\n  level: warn\n  accesslog:\n    disabled: true\nstorage:\n"
                + "  filesystem:\n    rootdirectory: "
                + folder.resolve("storage")
                + "\n"
                + storage
                + "http:\n  addr: 127.0.0.1:"
                + port
                + "\n  relativeurls: true\n"
                + http
                + rest);
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(PROGRAM.toString(), "serve", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("OTEL_TRACES_EXPORTER", "none");
    Process process = builder.start();
    for (int i = 0; i < 200 && process.isAlive(); i++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        return new ADistribution(process, port);
      } catch (IOException notYet) {
        Thread.sleep(50);
      }
    }
    process.destroyForcibly();
    throw new IOException("docker-registry did not start: " + Files.readString(log));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
