package ai.opencode.sandbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** The files that a process of a container sees, as far as this process may look at it. */
final class ContainerView {

  private ContainerView() {}

  /**
   * Which file is at a place: device and inode. Nothing where that cannot be told; where a link is
   * on the way, because it would lead into the files of this process.
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
