package ai.opencode.sandbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** The file system of a container's process, read through {@code /proc/PID/root} of the host. */
final class ContainerView {

  private ContainerView() {}

  /**
   * Returns the identity (device and inode) of the file at a path in the container. It is empty if
   * this process may not read it, and if a symbolic link is on the path: the kernel would resolve
   * an absolute link against the root of this process.
   *
   * @param pid the number of the container's process on the host
   * @param target an absolute path in the container
   */
  static Optional<Object> fileAt(long pid, String target) {
    Path place = Path.of("/proc/" + pid + "/root");
    Object file = null;
    try {
      for (Path name : Path.of(target)) {
        place = place.resolve(name);
        BasicFileAttributes attributes =
            Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
          return Optional.empty();
        }
        file = attributes.fileKey();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.ofNullable(file);
  }
}
