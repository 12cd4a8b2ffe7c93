package ai.opencode.sandbox.oci;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** The permissions of files and directories that a store creates. */
public enum Access {
  /** Only the owner has access: modes 700 and 600. */
  OWNER,
  /** The process's umask applies. */
  USUAL;

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  /** Creates a directory and its missing parents; existing ones stay unchanged. */
  public Path createDirectories(Path directory) throws IOException {
    return Files.createDirectories(directory, attributes("rwx------"));
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
