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
 * The check of a container's working directory. An engine would make a missing one as root, in a
 * mounted directory of the host too, and runtimes before runc 1.1.12 follow a link in it out of the
 * container (CVE-2024-21626).
 *
 * @param path absolute, in the container
 */
record WorkingDirectory(String path) {

  /**
   * @throws UsageException if it is not absolute, not in its shortest form, or the kernel's
   */
  WorkingDirectory {
    if (!MountTarget.isShortest(path) || MountTarget.isOfTheKernel(path)) {
      throw new UsageException(
          "\""
              + path
              + "\" is not a working directory in a container. Use an absolute path in its shortest"
              + " form, outside of /proc, /sys and /dev.");
    }
  }

  /**
   * Looks for the directory in what is mounted.
   *
   * @return whether it is there; otherwise it has to be in the image
   * @throws UsageException if a mount hides it
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
              + ", which has no such directory when the container starts, or one that a former"
              + " container made. Use "
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
              + ", which does not exist, or is or contains a link or file. Use another directory.");
    }
  }
}
