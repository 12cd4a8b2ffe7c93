package ai.opencode.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Real files of real distributions, kept outside the repository; tests that want them skip where
 * they are absent.
 */
public final class SharedData {

  private SharedData() {}

  /**
   * The file of that name below {@code shared/data}, which lies beside the checkout or where {@code
   * SANDBOX_SHARED} says.
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
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path data = folder.resolve("shared/data");
      if (Files.isDirectory(data)) {
        return data;
      }
    }
    return Path.of("shared/data");
  }
}
