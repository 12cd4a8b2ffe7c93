package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The check that a path can be written, made before there is anything to write. */
public final class WritablePlace {

  private WritablePlace() {}

  /**
   * Checks a directory, which need not exist yet.
   *
   * @param option the option or parameter that names the directory, for the message
   * @throws UsageException if nothing can be written to it
   */
  public static void requireDirectory(Path directory, String option) {
    Path there = directory.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw refused(directory, there + " is not a directory", option);
    }
    if (!Files.isWritable(there)) {
      throw refused(directory, there + ": permission denied", option);
    }
    try {
      // For root, isWritable is true even in /proc, where no file can be created.
      Files.delete(Files.createTempFile(there, ".opencode-sandbox", null));
    } catch (IOException e) {
      throw refused(directory, "no file can be created in " + there, option);
    }
  }

  private static UsageException refused(Path directory, String reason, String option) {
    return new UsageException(
        "Cannot write to "
            + directory
            + " ("
            + reason
            + "). Name another place with "
            + option
            + ".");
  }

  /**
   * Checks a file; neither it nor its directory need exist yet.
   *
   * @param option the option with which the user can name another one
   * @throws UsageException if it is a directory, or its directory cannot be written
   */
  public static void requireFile(Path file, String option) {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + " is a directory. Name a file with " + option + ".");
    }
    requireDirectory(Objects.requireNonNullElse(file.getParent(), Path.of("")), option);
  }
}
