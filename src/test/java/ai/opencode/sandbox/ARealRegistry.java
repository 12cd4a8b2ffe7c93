package ai.opencode.sandbox;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Distribution's server, as Debian has it, on loopback. */
final class ARealRegistry implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");

  private final Process process;
  private final String address;

  private ARealRegistry(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /** Starts it with its storage in a folder. */
  static ARealRegistry in(Path folder) throws IOException, InterruptedException {
    int port;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    Files.createDirectories(folder);
    Path settings = folder.resolve("config.yml");
    Files.writeString(
        settings,
        """
        version: 0.1
        storage:
          filesystem:
            rootdirectory: %s
        http:
          addr: 127.0.0.1:%d
        """
            .formatted(folder.resolve("data"), port));
    ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString(), "serve", settings.toString());
    builder.environment().put("OTEL_TRACES_EXPORTER", "none");
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    ARealRegistry registry = new ARealRegistry(builder.start(), "127.0.0.1:" + port);
    registry.waitUntilItAnswers();
    return registry;
  }

  private void waitUntilItAnswers() throws IOException, InterruptedException {
    for (int attempt = 0; ; attempt++) {
      try {
        HttpURLConnection connection =
            (HttpURLConnection) URI.create("http://" + address + "/v2/").toURL().openConnection();
        if (connection.getResponseCode() == 200) {
          return;
        }
      } catch (IOException e) {
        if (attempt == 100 || !process.isAlive()) {
          close();
          throw e;
        }
      }
      Thread.sleep(100);
    }
  }

  String address() {
    return address;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
