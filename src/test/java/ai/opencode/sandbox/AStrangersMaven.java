package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Maven with a repository in which this build is installed, as on a machine of another project. The
 * other artifacts are links to those of this build, so nothing is downloaded twice, and installing
 * does not change the original.
 */
public final class AStrangersMaven implements Closeable {

  private static final String VERSION = "1.0.0-SNAPSHOT";
  private static final String NAME = "opencode-sandbox-images-" + VERSION;

  private final Path repository;
  private final List<Path> links;

  private AStrangersMaven(Path repository, List<Path> links) {
    this.repository = repository;
    this.links = links;
  }

  /** Installs this build into a new repository. */
  public static AStrangersMaven in(Path repository) throws IOException {
    List<Path> links = share(Path.of(property("sandbox.it.repository")), repository);
    Path directory =
        Files.createDirectories(
            repository.resolve("ai/opencode/sandbox/opencode-sandbox-images").resolve(VERSION));
    for (String jar : List.of(NAME + ".jar", NAME + "-tools.jar", NAME + "-stand-in.jar")) {
      Files.copy(Path.of("target", jar), directory.resolve(jar));
    }
    Files.copy(Path.of("pom.xml"), directory.resolve(NAME + ".pom"));
    return new AStrangersMaven(repository, links);
  }

  /** Returns the beginning of a command line. */
  public List<String> command() {
    return new ArrayList<>(
        List.of(
            Path.of(property("sandbox.it.maven"), "bin", "mvn").toString(),
            "-B",
            "-Dmaven.repo.local=" + repository));
  }

  /** Deletes the links, which lead to files of the machine. */
  @Override
  public void close() throws IOException {
    for (Path each : links) {
      Files.deleteIfExists(each);
    }
  }

  private static List<Path> share(Path repository, Path copy) throws IOException {
    Path own = Path.of("ai", "opencode");
    List<Path> links = new ArrayList<>();
    for (Path directory : List.of(Path.of(""), Path.of("ai"))) {
      Files.createDirectories(copy.resolve(directory));
      if (!Files.isDirectory(repository.resolve(directory))) {
        continue;
      }
      try (Stream<Path> entries = Files.list(repository.resolve(directory))) {
        for (Path entry : entries.toList()) {
          Path name = directory.resolve(entry.getFileName());
          if (!own.startsWith(name)) {
            links.add(Files.createSymbolicLink(copy.resolve(name), entry.toAbsolutePath()));
          }
        }
      }
    }
    return links;
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    assertThat(value).as("set by pom.xml: " + name).isNotNull();
    return Objects.requireNonNull(value);
  }
}
