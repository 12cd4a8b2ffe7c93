package ai.opencode.sandbox.npm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The place of an npm project in an image: global, or a directory of its own.
 *
 * @param directory the directory that contains {@code node_modules}, from the root of the file
 *     system
 * @param isGlobal whether its packages are installed for the whole system
 */
public record NpmPlace(String directory, boolean isGlobal) {

  private static final String LIB = "usr/local/lib";
  private static final String GLOBAL_COMMANDS = "usr/local/bin";

  /** The directories whose content a container engine or the kernel provides. */
  private static final Set<String> NOT_IN_IMAGES = Set.of("dev", "proc", "sys");

  /** The global installation: {@code /usr/local/lib/node_modules}, and {@code /usr/local/bin}. */
  public static final NpmPlace GLOBAL = new NpmPlace(LIB, true);

  /**
   * Returns the place at a directory of an image.
   *
   * @param path the absolute path of the directory
   * @throws IllegalArgumentException if no project can be there
   */
  public static NpmPlace at(String path) {
    if (!path.startsWith("/") || !PackagePath.isValid(path.substring(1))) {
      throw new IllegalArgumentException(
          "\""
              + path
              + "\" is not the path of a directory for an npm project. Use an absolute path"
              + " such as /opt/app, without empty parts, . and .., and without control"
              + " characters.");
    }
    List<String> parts = List.of(path.substring(1).split("/", -1));
    if (parts.contains(InstallPath.MODULES)) {
      throw new IllegalArgumentException(
          path + " is inside a node_modules directory. Use a directory outside of it.");
    }
    if (NOT_IN_IMAGES.contains(parts.get(0))) {
      throw new IllegalArgumentException(
          path
              + " is not part of an image, because containers have another /"
              + parts.get(0)
              + ". Use a directory such as /opt/app.");
    }
    NpmPlace place = new NpmPlace(path.substring(1), false);
    if (place.directory.equals(LIB)) {
      throw new IllegalArgumentException(
          path
              + " has the global npm packages. Use another directory, or leave the directory out"
              + " for a global installation.");
    }
    return place;
  }

  /** Returns the place at a directory of an image; the global one for null. */
  public static NpmPlace of(@Nullable String path) {
    return path == null ? GLOBAL : at(path);
  }

  /** Returns the directory with its slash, as the beginning of the paths of packages. */
  String prefix() {
    return directory + "/";
  }

  /** Returns the directory of packages, from the root of the file system. */
  String modules() {
    return prefix() + InstallPath.MODULES;
  }

  /** Returns the directory of the commands of the packages that the project requests. */
  String commands() {
    return isGlobal ? GLOBAL_COMMANDS : modules() + "/.bin";
  }

  /**
   * Returns the directories that the image below may have, the upper ones first; a layer repeats
   * them with the attributes that they have there.
   */
  public List<String> above() {
    String shared = isGlobal ? "usr/local" : directory;
    List<String> above = new ArrayList<>();
    for (int slash = shared.indexOf('/'); slash >= 0; slash = shared.indexOf('/', slash + 1)) {
      above.add(shared.substring(0, slash));
    }
    above.add(shared);
    return above;
  }
}
