package ai.opencode.sandbox.security;

import ai.opencode.sandbox.definition.SystemPlaces;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Internal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The paths in a container at which something may be mounted. */
@Internal
public final class MountTarget {

  private MountTarget() {}

  /**
   * Checks the form of a path.
   *
   * @throws UsageException if the path is relative, or contains {@code .}, {@code ..}, {@code //}
   *     or a final slash
   */
  public static void require(String target) {
    if (!isShortest(target)) {
      throw new UsageException(
          "\""
              + target
              + "\" cannot be the path of a mount in a container. Use an absolute path without \".\","
              + " \"..\", \"//\" and a final slash.");
    }
  }

  /**
   * Returns whether a path is absolute, without control characters, and without {@code .}, {@code
   * ..}, {@code //} and a final slash, so that it has no shorter form.
   */
  public static boolean isShortest(String target) {
    return target.startsWith("/")
        && target.chars().noneMatch(Character::isISOControl)
        && Path.of(target).normalize().toString().equals(target);
  }

  /** Returns whether a path belongs to a file system of the kernel. */
  public static boolean isOfTheKernel(String target) {
    return SystemPlaces.isOfTheKernel(target);
  }

  /** Returns the reasons why a mount there would undo the sandbox, one clause each. */
  public static List<String> objections(String target) {
    List<String> objections = new ArrayList<>();
    if (isOfTheKernel(target)) {
      objections.add("mounting at " + target + " replaces files that the engine protects");
    }
    if (SystemPlaces.isOfTheImage(target)) {
      objections.add("mounting at " + target + " replaces the image");
    }
    return objections;
  }
}
