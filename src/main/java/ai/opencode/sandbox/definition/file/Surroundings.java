package ai.opencode.sandbox.definition.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files beside {@code sandbox.yaml}, by their paths relative to it. Unless the user allows it,
 * no path leads out of the directory, also not through symbolic links: a file may come from a
 * foreign project, and would otherwise copy the user's secrets into an image.
 */
final class Surroundings {

  private static final int MAX_SIBLINGS = 1000;

  private static final String INDEX = "APKINDEX.tar.gz";

  /** A release has repositories, which have architectures, which have an index. */
  private static final int REPOSITORY_LEVELS = 3;

  private final Path directory;
  private final boolean allowOutside;
  private final Mistakes mistakes;

  /**
   * Creates the surroundings of a file.
   *
   * @param directory the directory of the file
   */
  Surroundings(Path directory, boolean allowOutside, Mistakes mistakes) {
    this.directory = directory;
    this.allowOutside = allowOutside;
    this.mistakes = mistakes;
  }

  /** Returns a file that can be read; empty if there is none, which is reported. */
  Optional<Path> file(Placed<String> text) {
    return existing(text)
        .filter(
            path -> {
              if (Files.isDirectory(path)) {
                return refuse(
                    text, "is a directory, and a file is needed here. Name a file in it.");
              }
              if (!Files.isRegularFile(path)) {
                return refuse(text, "is neither file nor directory. Name a file.");
              }
              return readable(text, path);
            });
  }

  /** Reports a text with a comma, which would separate values of the option that it is for. */
  boolean hasNoComma(Placed<String> text) {
    return text.value().indexOf(',') < 0
        || refuse(text, "has a comma in it, which is not possible here. Rename it.");
  }

  /** Returns a directory; empty if there is none, which is reported. */
  Optional<Path> directory(Placed<String> text) {
    return existing(text)
        .filter(
            path ->
                Files.isDirectory(path)
                    ? readable(text, path)
                    : refuse(text, "is a file, and a directory is needed here. Name one."));
  }

  /**
   * Returns a directory with one repository, or with the repositories of several releases. Neither
   * an index nor a directory above it may be a link that leads outside. Packages may be such links,
   * because the index has their checksums.
   */
  Optional<Path> repositories(Placed<String> text) {
    return directory(text)
        .filter(
            path -> {
              try {
                Optional<Path> link = linkOutside(path, REPOSITORY_LEVELS);
                return link.isEmpty()
                    || refuse(
                        text,
                        "leads out of the directory of this file through the symbolic link "
                            + Shown.bare(directory.relativize(link.get()).toString())
                            + ". Copy the content, or pass --allow-outside.");
              } catch (IOException | DirectoryIteratorException e) {
                return refuse(text, "cannot be read. Change its permissions.");
              }
            });
  }

  private Optional<Path> linkOutside(Path path, int levels) throws IOException {
    Path index = path.resolve(INDEX);
    if (Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(index).filter(this::isLinkedOutside);
    }
    if (levels == 0) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, Files::isDirectory)) {
      for (Path each : entries) {
        Optional<Path> link =
            isLinkedOutside(each) ? Optional.of(each) : linkOutside(each, levels - 1);
        if (link.isPresent()) {
          return link;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Returns a directory whose files are copied into an image. A directory that contains this file
   * is refused: it also contains the lock and the images of earlier builds, so each build would
   * copy other content.
   */
  Optional<Path> copied(Placed<String> text) {
    return directory(text)
        .filter(
            path -> {
              try {
                return !directory.toAbsolutePath().toRealPath().startsWith(path.toRealPath())
                    || refuse(
                        text,
                        "has this file in it, and the lock and images that the program writes."
                            + " Name a directory of its own, such as files/.");
              } catch (IOException e) {
                return refuse(text, "cannot be read. Change its permissions.");
              }
            });
  }

  private boolean readable(Placed<String> text, Path path) {
    return Files.isReadable(path) || refuse(text, "cannot be read. Change its permissions.");
  }

  private Optional<Path> existing(Placed<String> text) {
    Path path = path(text.value());
    if (path == null) {
      refuse(text, "is not the name of a file. Correct it.");
      return Optional.empty();
    }
    if (!allowOutside && (path.isAbsolute() || leaves(path))) {
      refuse(
          text,
          path.isAbsolute()
              ? "is absolute. Write it relative to this file, or pass --allow-outside."
              : "leaves the directory of this file. Copy it there, or pass --allow-outside.");
      return Optional.empty();
    }
    Path found = directory.resolve(path);
    if (!Files.exists(found)) {
      refuse(
          text,
          "does not exist beside this file. "
              + sibling(found)
                  .map(nearest -> "Write " + Shown.bare(nearest) + " instead.")
                  .orElse("Correct the name, or make it."));
      return Optional.empty();
    }
    if (!allowOutside && isLinkedOutside(found)) {
      refuse(
          text,
          "leads out of the directory of this file through a symbolic link. Copy the content, or"
              + " pass --allow-outside.");
      return Optional.empty();
    }
    return Optional.of(found);
  }

  /** Returns the name in the same directory that a misspelt one is likely to mean. */
  private Optional<String> sibling(Path missing) {
    Path parent = missing.getParent() == null ? Path.of("") : missing.getParent();
    Path name = missing.getFileName();
    if (name == null || isLinkedOutside(parent)) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> siblings = Files.newDirectoryStream(parent)) {
      for (Path each : siblings) {
        if (names.size() == MAX_SIBLINGS) {
          break;
        }
        if (!each.getFileName().equals(name)) {
          names.add(each.getFileName().toString());
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty(); // The mistake is then reported without a suggestion.
    }
    names.sort(Comparator.naturalOrder());
    return Nearest.to(name.toString(), names)
        .map(nearest -> directory.relativize(parent.resolve(nearest)).toString());
  }

  /** Returns whether there is such a file, here or elsewhere. */
  boolean exists(String text) {
    Path path = path(text);
    return path != null && Files.exists(directory.resolve(path));
  }

  /** Returns whether a file in a directory that the user named is a link that leads outside. */
  boolean isLinkedOutside(Path found) {
    try {
      return !allowOutside
          && !found.toRealPath().startsWith(directory.toAbsolutePath().toRealPath());
    } catch (IOException e) {
      return true;
    }
  }

  private static @Nullable Path path(String text) {
    try {
      return text.isBlank() ? null : Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** Returns whether a relative path is above its directory at some point. */
  private static boolean leaves(Path path) {
    int depth = 0;
    for (Path part : path) {
      depth += part.toString().equals("..") ? -1 : part.toString().equals(".") ? 0 : 1;
      if (depth < 0) {
        return true;
      }
    }
    return false;
  }

  private boolean refuse(Placed<String> text, String reason) {
    mistakes.add(text.place(), Shown.of(text.value()) + " " + reason);
    return false;
  }
}
