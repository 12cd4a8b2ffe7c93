package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Finds out whether something can be written to a place, before there is anything to write. */
public final class WritablePlace {

  private WritablePlace() {}

  /**
   * Checks a folder, which need not exist yet.
   *
   * @param option by which a user names another one
   * @throws UsageException where nothing can be written to it
   */
  public static void requireFolder(Path folder, String option) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw refused(folder, there + " is no folder", option);
    }
    if (!Files.isWritable(there)) {
      throw refused(folder, there + ": permission denied", option);
    }
    try {
      // To root all places are writable, also those of a file system that takes no files.
      Files.delete(Files.createTempFile(there, ".opencode-sandbox", null));
    } catch (IOException e) {
      throw refused(folder, there + " takes no files", option);
    }
  }

  private static UsageException refused(Path folder, String reason, String option) {
    return new UsageException(
        "Cannot write to " + folder + " (" + reason + "); choose another " + option);
  }

  /**
   * Checks a file, which need not exist yet, nor the folder that it lies in.
   *
   * @param option by which a user names another one
   * @throws UsageException where it is a folder, or nothing can be written to its folder
   */
  public static void requireFile(Path file, String option) {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + " is a folder; name a file with " + option);
    }
    requireFolder(Objects.requireNonNullElse(file.getParent(), Path.of("")), option);
  }
}
