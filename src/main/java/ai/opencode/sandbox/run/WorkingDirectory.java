package ai.opencode.sandbox.run;

import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.engine.EngineVolume;
import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.MountTarget;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The working directory of a container, and its checks. A container engine creates a missing
 * working directory as root, even in a mounted directory of the host. If the path contains a
 * symbolic link, runc before 1.1.12 follows the link out of the container (CVE-2024-21626).
 *
 * @param path an absolute path in the container
 */
record WorkingDirectory(String path) {

  /**
   * @throws UsageException if the path is relative, contains {@code .}, {@code ..}, {@code //} or a
   *     final slash, or is in /proc, /sys or /dev
   */
  WorkingDirectory {
    if (!MountTarget.isShortest(path) || MountTarget.isOfTheKernel(path)) {
      throw new UsageException(
          "\""
              + path
              + "\" cannot be the working directory of a container. Use an absolute path without"
              + " \".\", \"..\", \"//\" and a final slash, outside of /proc, /sys and /dev.");
    }
  }

  /**
   * Looks for the directory in the mounts of a container.
   *
   * @return true if the directory is in a mount; otherwise it has to be in the image
   * @throws UsageException if a mount covers the path, but does not contain the directory
   */
  boolean isMounted(JudgedRequest judged) {
    Map<String, Optional<ResolvedMount>> places = new HashMap<>();
    for (WritablePath each : judged.request().options().writablePaths()) {
      places.put(each.path(), Optional.empty());
    }
    for (EngineVolume each : judged.volumes()) {
      places.put(each.target(), Optional.empty());
    }
    judged.mounts().forEach(each -> places.put(each.target(), Optional.of(each)));
    String nearest = null;
    for (String each : places.keySet()) {
      if (Path.of(path).startsWith(each) && (nearest == null || each.length() > nearest.length())) {
        nearest = each;
      }
    }
    if (nearest == null) {
      return false;
    }
    Optional<ResolvedMount> mount = places.get(nearest);
    if (mount == null || mount.isEmpty()) {
      requireEqual(nearest);
    } else {
      requireDirectory(mount.get());
    }
    return true;
  }

  private void requireEqual(String place) {
    if (!place.equals(path)) {
      throw new UsageException(
          "The working directory "
              + path
              + " is below "
              + place
              + ", which may not contain that directory when the container starts. Use "
              + place
              + " itself.");
    }
  }

  private void requireDirectory(ResolvedMount mount) {
    Path place = mount.source();
    boolean found = Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
    for (Path each : Path.of(mount.target()).relativize(Path.of(path))) {
      if (!each.toString().isEmpty()) {
        place = place.resolve(each);
        found = found && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
      }
    }
    if (!found) {
      throw new UsageException(
          "The working directory "
              + path
              + " would be "
              + place
              + " on this machine, which does not exist, is not a directory, or is reached through a"
              + " symbolic link. Create it, or use another directory.");
    }
  }
}
