package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the class data archive that {@code scripts/opencode-sandbox} starts with: a build of tiny
 * packages writes down what it loads, and a second JVM keeps that (JEP 310). A dynamic archive (JEP
 * 350) would take one JVM, but leave out picocli, whose class files are of Java 5. It is of use to
 * the same JVM and the same jar alone; every other does without.
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
      Path classes = folder.resolve("classes");
      // The collector decides the shape of objects, which is part of the archive.
      List<String> build = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xlog:disable"));
      build.addAll(List.of("-XX:DumpLoadedClassList=" + classes, "-jar", jar.toString()));
      build.addAll(upstream.arguments("build", "base", "--to", target.address() + "/images/"));
      java(build, folder);
      java(
          List.of(
              "-XX:+UseSerialGC",
              "-Xlog:disable",
              "-Xshare:dump",
              "-XX:SharedClassListFile=" + classes,
              "-XX:SharedArchiveFile=" + archive,
              "-cp",
              jar.toString()),
          folder);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static void java(List<String> arguments, Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>(arguments);
    command.add(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("No start-up archive was made: " + Files.readString(output));
    }
  }
}
