package ai.opencode.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files of real distributions, kept outside the repository. Tests that need them are skipped
 * without them.
 */
public final class SharedData {

  private SharedData() {}

  /**
   * Finds a file below {@code shared/data}, which is beside the checkout or in the directory that
   * {@code SANDBOX_SHARED} names.
   */
  public static Path path(String relative) {
    Path root = root();
    Path file = root.resolve(relative);
    assumeTrue(
        Files.exists(file),
        () ->
            "skipped: no "
                + relative
                + " (no shared data: put them beside the checkout, or set SANDBOX_SHARED)");
    return file;
  }

  private static Path root() {
    String configured = System.getProperty("sandbox.shared", System.getenv("SANDBOX_SHARED"));
    if (configured != null) {
      return Path.of(configured);
    }
    for (Path directory = Path.of("").toAbsolutePath();
        directory != null;
        directory = directory.getParent()) {
      Path data = directory.resolve("shared/data");
      if (Files.isDirectory(data)) {
        return data;
      }
    }
    return Path.of("shared/data");
  }
}
