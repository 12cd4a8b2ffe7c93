package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.registry.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the class data archive that {@code scripts/opencode-sandbox} starts with: by a build of
 * tiny packages, after which the JVM keeps what it has loaded (JEP 350). It is of use to the same
 * JVM and the same jar alone; every other does without.
 */
final class StartUpArchive {

  private StartUpArchive() {}

  /**
   * @param arguments the jar, and the archive to make
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path jar = Path.of(arguments[0]);
    Path archive = Path.of(arguments[1]);
    Path folder = Files.createTempDirectory("start-up");
    try (ASmallUpstream upstream = ASmallUpstream.withTheBasesPackages(folder);
        EmbeddedRegistry target = EmbeddedRegistry.start(new BlobStore(folder.resolve("target")))) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // The collector decides the shape of objects, which is part of the archive.
      command.addAll(List.of("-XX:+UseSerialGC", "-Xlog:disable"));
      command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-jar", jar.toString()));
      command.addAll(upstream.arguments("build", "base", "--to", target.address() + "/images/"));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output").toFile())
              .start();
      if (process.waitFor() != 0 || !Files.exists(archive)) {
        throw new IllegalStateException(
            "No start-up archive was made: " + Files.readString(folder.resolve("output")));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }
}
