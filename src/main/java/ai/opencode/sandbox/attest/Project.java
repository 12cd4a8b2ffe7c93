package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.oci.Annotations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/**
 * The address of this project and the version of this program, which statements about images
 * contain.
 */
public final class Project {

  /**
   * The address of the project. The types of statements that this project defines are addresses
   * that begin with it.
   */
  public static final String ADDRESS = Annotations.PROJECT;

  private static final String FILE = "program.properties";

  private static final String VERSION = read();

  private Project() {}

  /** Returns the version of this program. */
  public static String version() {
    return VERSION;
  }

  private static String read() {
    try (InputStream in = Project.class.getResourceAsStream(FILE)) {
      Properties properties = new Properties();
      properties.load(Objects.requireNonNull(in, FILE));
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
