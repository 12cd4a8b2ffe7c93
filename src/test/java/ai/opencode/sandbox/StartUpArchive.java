package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The maker of the class data archive for {@code scripts/opencode-sandbox}. A build of tiny
 * packages lists the classes it loads, and a second JVM writes the archive (JEP 310). A dynamic
 * archive (JEP 350) would need one JVM, but not contain picocli, whose class files are of Java 5.
 * Only the same JVM with the same jar uses the archive.
 */
final class StartUpArchive {

  private StartUpArchive() {}

  /**
   * Makes the archive.
   *
   * @param arguments the paths of the jar and of the archive
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path jar = Path.of(arguments[0]);
    Path archive = Path.of(arguments[1]);
    System.out.println("start-up  " + archive.getFileName());
    Path directory = Files.createTempDirectory("start-up");
    try (ASmallUpstream upstream = ASmallUpstream.withTheBasesPackages(directory);
        EmbeddedRegistry target =
            EmbeddedRegistry.start(new BlobStore(directory.resolve("target")))) {
      Set<String> loaded = new LinkedHashSet<>();
      List<String> build =
          upstream.arguments("build", "base", "--to", target.address() + "/images/");
      loaded.addAll(classes(jar, build, directory));
      // The same on a fresh machine, which takes everything from the registry.
      Collections.replaceAll(build, upstream.cache().toString(), directory + "/fresh");
      loaded.addAll(classes(jar, build, directory));
      Path classes = directory.resolve("classes");
      Files.write(classes, loaded);
      java(
          List.of(
              "-XX:+UseSerialGC",
              "-Xlog:disable",
              "-Xshare:dump",
              "-XX:SharedClassListFile=" + classes,
              "-XX:SharedArchiveFile=" + archive,
              "-cp",
              jar.toString()),
          directory);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  /** Runs the program and returns its list of loaded classes. */
  private static List<String> classes(Path jar, List<String> arguments, Path directory)
      throws IOException, InterruptedException {
    Path classes = directory.resolve("loaded");
    // The garbage collector decides the layout of objects, which is part of the archive.
    List<String> words = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xlog:disable"));
    words.addAll(List.of("-XX:DumpLoadedClassList=" + classes, "-jar", jar.toString()));
    words.addAll(arguments);
    java(words, directory);
    return Files.readAllLines(classes);
  }

  private static void java(List<String> arguments, Path directory)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
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
