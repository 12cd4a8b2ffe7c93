package ai.opencode.sandbox.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Podman service with its images, containers and settings in a directory of its own, so that it
 * neither sees nor disturbs another one on this machine.
 */
final class APodman {

  private final Path directory;
  private final Process service;

  private APodman(Path directory, Process service) {
    this.directory = directory;
    this.service = service;
  }

  static APodman start() throws IOException, InterruptedException {
    // The usual directory for temporary files may be in memory, and its path too long for a socket.
    Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "sandbox-podman");
    // This process may be unable to raise its own limits, and Podman would try to.
    Files.writeString(
        directory.resolve("containers.conf"),
        """
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=2048:2048"]
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "runc"
        """);
    Process service =
        builder(
                directory,
                List.of("system", "service", "--time", "0", "unix://" + socket(directory)))
            .start();
    APodman podman = new APodman(directory, service);
    for (int i = 0; i < 100 && service.isAlive() && !Files.exists(podman.socket()); i++) {
      Thread.sleep(100);
    }
    if (!Files.exists(podman.socket())) {
      podman.close();
      throw new IOException("podman did not start");
    }
    return podman;
  }

  private static ProcessBuilder builder(Path directory, List<String> arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of(command(directory).split(" ", -1)), arguments.stream())
                .toList());
    builder.environment().putAll(environment(directory));
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static String command(Path directory) {
    return "podman --root "
        + directory
        + "/root --runroot "
        + directory
        + "/run --tmpdir "
        + directory
        + "/tmp";
  }

  private static Map<String, String> environment(Path directory) {
    return Map.of("CONTAINERS_CONF", directory + "/containers.conf");
  }

  private static Path socket(Path directory) {
    return directory.resolve("podman.sock");
  }

  /** Returns the command that starts this Podman's client. */
  String command() {
    return command(directory);
  }

  Map<String, String> environment() {
    return environment(directory);
  }

  Path socket() {
    return socket(directory);
  }

  /** Stops the service and removes everything that it made. */
  void close() throws IOException, InterruptedException {
    builder(directory, List.of("system", "reset", "--force")).start().waitFor(60, TimeUnit.SECONDS);
    service.destroy();
    if (!service.waitFor(20, TimeUnit.SECONDS)) {
      service.destroyForcibly();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
