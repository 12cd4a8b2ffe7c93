package ai.opencode.sandbox.failure;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * A library that only a part of this one needs, or a part of this one that is an artifact of its
 * own, so that a program may do without it.
 */
public enum OptionalLibrary {

  /** The library that parses command lines. */
  PICOCLI("picocli", "picocli", "The command line needs"),

  /** The library that reads a file of images. */
  SNAKEYAML("snakeyaml", "org.yaml.snakeyaml", "A file sandbox.yaml is read with"),

  /** The client of container engines. */
  DOCKER_JAVA("docker-java", "com.github.dockerjava", "Docker and Podman are called with"),

  /** The part of this library that calls container engines, and more that makes no images. */
  TOOLS(
      "tools",
      "ai.opencode.sandbox.engine",
      "Docker and Podman are called with this library's artifact"),

  /** The part of this library that makes packages for trials from Debian's. */
  STAND_IN(
      "stand-in",
      "ai.opencode.sandbox.upstream.standin",
      "Images for trials need this library's artifact");

  private static final String FILE = "libraries.properties";

  private final String key;
  private final String packages;
  private final String purpose;

  /**
   * Names a library.
   *
   * @param key the key of its coordinates in the file that the build fills in
   * @param packages the beginning of the names of its packages
   * @param purpose the beginning of the message
   */
  OptionalLibrary(String key, String packages, String purpose) {
    this.key = key;
    this.packages = packages;
    this.purpose = purpose;
  }

  /**
   * Returns the failure to show in place of an error.
   *
   * @throws LinkageError the given error, if no class of such a library is missing
   */
  public static UsageException failure(LinkageError error) {
    for (OptionalLibrary each : values()) {
      if (each.isMissing(error)) {
        return new UsageException(
            each.purpose
                + " "
                + each.key
                + ", which is not on the class path. Add "
                + each.coordinates()
                + ".",
            error);
      }
    }
    throw error;
  }

  /**
   * Returns whether an error is about a class of this library. The second use of a class that could
   * not be initialized names only that class, with the first error as cause.
   */
  private boolean isMissing(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage()).replace('/', '.');
      if (message.startsWith(packages + ".") || message.contains(": " + packages + ".")) {
        return true;
      }
    }
    return false;
  }

  /** Returns the library's coordinates in Maven repositories, with the version of this build. */
  public String coordinates() {
    Properties properties = new Properties();
    try (InputStream in = OptionalLibrary.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new FileNotFoundException(FILE + " is missing from the jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty(key);
  }
}
