package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * The opening of files in directories that others can write to. A symbolic link could expose a file
 * from elsewhere, and reading a pipe or a device may never end; both are refused before they are
 * opened.
 */
public final class RegularFile {

  private RegularFile() {}

  /**
   * Opens a file for reading.
   *
   * @throws NoSuchFileException if the file is missing
   * @throws VerificationException if it is not a regular file
   */
  public static FileChannel open(Path file) throws IOException {
    require(file, Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  static void require(Path file, BasicFileAttributes attributes) {
    if (!attributes.isRegularFile()) {
      throw new VerificationException(
          file
              + " is "
              + (attributes.isSymbolicLink()
                  ? "a link"
                  : attributes.isDirectory() ? "a directory" : "a pipe or a device")
              + " instead of a regular file. Delete it.");
    }
  }
}
