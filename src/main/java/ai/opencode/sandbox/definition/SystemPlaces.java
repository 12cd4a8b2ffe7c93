package ai.opencode.sandbox.definition;

import java.util.List;
import java.util.Set;

/** The directories of an image on which every sandbox depends, so that nothing is mounted there. */
public final class SystemPlaces {

  private static final Set<String> OF_THE_IMAGE =
      Set.of(
          "/",
          "/bin",
          "/boot",
          "/etc",
          "/home",
          "/lib",
          "/lib64",
          "/root",
          "/run",
          "/sbin",
          "/usr",
          "/usr/bin",
          "/usr/lib",
          "/usr/libexec",
          "/usr/local",
          "/usr/local/bin",
          "/usr/local/lib",
          "/usr/local/sbin",
          "/usr/sbin",
          "/var",
          "/var/lib",
          "/var/run");

  private static final List<String> OF_THE_KERNEL = List.of("/proc", "/sys", "/dev");

  private SystemPlaces() {}

  /**
   * Refuses a path whose files the build or the engine writes.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if the path is one of them
   */
  public static void requireFree(String path) {
    Paths.requireFree(path);
  }

  /** Returns whether a path belongs to a file system of the kernel. */
  public static boolean isOfTheKernel(String path) {
    return OF_THE_KERNEL.stream().anyMatch(each -> Paths.isAtOrBelow(path, each));
  }

  /** Returns whether a mount at a path would replace the programs or settings of an image. */
  public static boolean isOfTheImage(String path) {
    return OF_THE_IMAGE.contains(path);
  }
}
