package ai.opencode.sandbox.run;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The home directories of a machine's users.
 *
 * @param own the paths of the current user's home directory, according to the environment, Java and
 *     {@code /etc/passwd}
 * @param registered the path in {@code /etc/passwd} alone, which no variable changes; null if there
 *     is none
 * @param others the home directories of other users
 */
record HomeDirectories(Set<Path> own, @Nullable Path registered, Set<Path> others) {

  /** The lowest user id of people, as opposed to services. */
  private static final long FIRST_PERSON = 1000;

  /** The maximum of entries to read from a directory. */
  private static final int MOST = 2000;

  /** The entries by which a directory such as {@code /home/x} is recognized as a home directory. */
  private static final List<String> SIGNS =
      List.of(".bashrc", ".cache", ".config", ".profile", ".ssh", ".zshrc", "Library");

  HomeDirectories {
    own = Set.copyOf(own);
    others = Set.copyOf(others);
  }

  /**
   * Finds the home directories of a machine's users.
   *
   * @param root the root directory of the file system
   * @param named the current user's home directory according to Java and the environment
   * @param uid the current user's id
   */
  static HomeDirectories of(Path root, List<Path> named, long uid) {
    Set<Path> own = new LinkedHashSet<>(named.stream().filter(Path::isAbsolute).toList());
    Set<Path> others = new LinkedHashSet<>();
    Path registered = null;
    others.add(root.resolve("root"));
    for (String line : MountTable.lines(root.resolve("etc/passwd"))) {
      String[] fields = line.split(":", -1);
      if (fields.length < 7 || !fields[2].matches("\\d{1,10}") || !fields[5].startsWith("/")) {
        continue;
      }
      Path home = path(root, fields[5]);
      long number = Long.parseLong(fields[2]);
      if (home == null || home.equals(root)) {
        continue;
      }
      if (number == uid) {
        own.add(home);
        registered = home;
      } else if (number >= FIRST_PERSON) {
        others.add(home);
      }
    }
    for (String parent : List.of("home", "Users", "var/home", "export/home")) {
      for (Path child : children(root.resolve(parent))) {
        if (SIGNS.stream().anyMatch(sign -> Files.exists(child.resolve(sign)))) {
          others.add(child);
        }
      }
    }
    others.removeAll(own);
    return new HomeDirectories(own, registered, others);
  }

  private static @Nullable Path path(Path root, String absolute) {
    try {
      return root.resolve(absolute.replaceFirst("^/+", "")).normalize();
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** Returns the entries of a directory, as far as this user can list them. */
  static List<Path> children(Path directory) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (children.size() == MOST) {
          break;
        }
        children.add(entry);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The directory does not exist, or this user cannot list it.
    }
    return children;
  }
}
