package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Real files of real distributions, kept outside the repository. Tests that need them are skipped
 * if the whole directory is missing; if only a file is missing from it, they fail.
 */
public final class SharedData {

  static final String HOW_TO_GET_THEM =
      "skipped: no shared data; put them beside the checkout, or set SANDBOX_SHARED";

  private SharedData() {}

  /**
   * Finds a file below {@code shared/data}, which is beside the checkout or in the directory that
   * {@code SANDBOX_SHARED} names.
   */
  public static Path path(String relative) {
    Optional<Path> root = root();
    assumeTrue(root.isPresent(), HOW_TO_GET_THEM);
    Path file = root.orElseThrow().resolve(relative);
    assertThat(file).as("a file of the shared data").exists();
    return file;
  }

  /** Returns the directory with the shared data; empty if there is none. */
  static Optional<Path> root() {
    String configured = System.getProperty("sandbox.shared", System.getenv("SANDBOX_SHARED"));
    if (configured != null) {
      return Optional.of(Path.of(configured)).filter(Files::isDirectory);
    }
    for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
      Path data = above.resolve("shared/data");
      if (Files.isDirectory(data)) {
        return Optional.of(data);
      }
    }
    return Optional.empty();
  }
}
