package ai.opencode.sandbox.run;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The user's keys that have more than one name (hard links), and a search for their other names in
 * a directory that is to be mounted in a container. The directory is not searched if no key has a
 * second name, which is the usual case.
 *
 * <p>Both searches, for keys and for their other names, end after a maximum of files and follow no
 * symbolic links. A key that the first search does not reach is recognized by its path alone. A
 * directory that the second search does not finish is refused, because the rest may contain a key.
 */
final class LinkedKeys {

  private static final int MAX_KEYS = 5_000;
  private static final int MAX_MOUNTED = 300_000;
  private static final int MAX_DEPTH = 32;
  private static final String PACKAGES = "node_modules";

  private final Set<Path> except;
  private final int mostKeys;
  private final int mostMounted;
  private final Map<Object, Path> several = new HashMap<>();
  private final Set<Path> searched = new HashSet<>();

  /**
   * Creates a search with the standard limits.
   *
   * @param except the directories without keys, which are not searched
   */
  LinkedKeys(Set<Path> except) {
    this(except, MAX_KEYS, MAX_MOUNTED);
  }

  /**
   * Creates a search with other limits.
   *
   * @param except the directories without keys, which are not searched
   * @param mostKeys the maximum of files and directories to search for each added path
   * @param mostMounted the maximum of files and directories to search in a mount
   */
  LinkedKeys(Set<Path> except, int mostKeys, int mostMounted) {
    this.except = Set.copyOf(except);
    this.mostKeys = mostKeys;
    this.mostMounted = mostMounted;
  }

  /**
   * Adds a key, or the keys in a directory.
   *
   * @param place a path without symbolic links
   * @param wholly whether to add files at any depth; otherwise only those directly in the directory
   */
  void add(Path place, boolean wholly) {
    if (wholly && !searched.add(place)) {
      return;
    }
    Search search =
        new Search(mostKeys) {
          @Override
          boolean isIgnored(Path directory) {
            return except.contains(directory) || directory.endsWith(PACKAGES);
          }

          @Override
          FileVisitResult onFile(Path file, Object key) {
            if (names(file) > 1) {
              several.putIfAbsent(key, file);
            }
            return FileVisitResult.CONTINUE;
          }
        };
    search.in(place, wholly ? MAX_DEPTH : 1);
  }

  private static int names(Path file) {
    try {
      return ((Number) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS))
          .intValue();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return 1; // The file is gone, or the file system has no such attribute.
    }
  }

  /** Returns the reason why a container must not see a mount, as the end of a sentence. */
  Optional<String> objection(Path mounted) {
    if (several.isEmpty()) {
      return Optional.empty();
    }
    Found found = new Found(mostMounted);
    found.in(mounted, Integer.MAX_VALUE);
    if (found.name != null) {
      return Optional.of(
          "has "
              + found.name
              + " in it, a second name (hard link) of "
              + found.key
              + ", which "
              + ForbiddenPlaces.KEYS
              + " (delete one of the two names)");
    }
    if (found.complete) {
      return Optional.empty();
    }
    return Optional.of(
        "is too large, or has directories that cannot be read, to be searched for second names (hard links) of keys, and "
            + several.values().iterator().next()
            + " has one somewhere (delete that name, or mount less)");
  }

  private final class Found extends Search {
    private @Nullable Path name;
    private @Nullable Path key;

    Found(int most) {
      super(most);
    }

    @Override
    boolean isIgnored(Path directory) {
      return false;
    }

    @Override
    FileVisitResult onFile(Path file, Object fileKey) {
      Path known = several.get(fileKey);
      if (known == null) {
        return FileVisitResult.CONTINUE;
      }
      name = file;
      key = known;
      return FileVisitResult.TERMINATE;
    }
  }

  /** A search through a directory that ends after a maximum of files. */
  private abstract static class Search extends SimpleFileVisitor<Path> {

    private final int most;
    private int count;
    boolean complete = true;

    Search(int most) {
      this.most = most;
    }

    abstract FileVisitResult onFile(Path file, Object key);

    abstract boolean isIgnored(Path directory);

    final void in(Path place, int depth) {
      try {
        Files.walkFileTree(place, Set.of(), depth, this);
      } catch (IOException e) {
        complete = false;
      }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      if (isIgnored(directory)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      return counted();
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      Object key = attributes.fileKey();
      FileVisitResult result =
          attributes.isRegularFile() && key != null ? onFile(file, key) : FileVisitResult.CONTINUE;
      return result == FileVisitResult.CONTINUE ? counted() : result;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      complete = false;
      return counted();
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      complete &= e == null;
      return FileVisitResult.CONTINUE;
    }

    private FileVisitResult counted() {
      if (++count <= most) {
        return FileVisitResult.CONTINUE;
      }
      complete = false;
      return FileVisitResult.TERMINATE;
    }
  }
}
