package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The check that a path can be written, made before there is anything to write. */
public final class WritablePlace {

  private WritablePlace() {}

  /**
   * Checks a directory, which need not exist yet.
   *
   * @param option the option with which the user can name another one
   * @throws UsageException if nothing can be written to it
   */
  public static void requireFolder(Path folder, String option) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new UsageException(
          "Cannot write to "
              + folder
              + " ("
              + there
              + (Files.isDirectory(there) ? ": permission denied" : " is not a directory")
              + "). Choose another "
              + option
              + ".");
    }
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
    requireFolder(Objects.requireNonNullElse(file.getParent(), Path.of("")), option);
  }
}
