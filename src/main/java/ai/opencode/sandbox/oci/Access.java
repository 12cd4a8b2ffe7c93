package ai.opencode.sandbox.oci;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Who may read and write what is made. */
public enum Access {
  /** Nobody but the owner: modes 700 and 600. */
  OWNER,
  /** As the process is set up to make files (umask). */
  USUAL;

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  /** Makes a directory with all that is missing above it; what is there stays as it is. */
  public Path createDirectories(Path folder) throws IOException {
    return Files.createDirectories(folder, attributes("rwx------"));
  }

  FileAttribute<?>[] ofDirectories() {
    return attributes("rwx------");
  }

  FileAttribute<?>[] ofFiles() {
    return attributes("rw-------");
  }

  private FileAttribute<?>[] attributes(String mode) {
    return this == OWNER && POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
