package ai.opencode.sandbox.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files that are recognized under other paths too, for instance in a second mount of the same file
 * system. A file is recognized by its device and inode.
 */
final class KnownFiles {

  private final Map<Object, Path> places = new LinkedHashMap<>();

  /** Adds a path, and the same path with its links resolved, to a set and to the known files. */
  void add(Set<Path> set, Path place) {
    set.add(place);
    know(place);
    try {
      Path real = place.toRealPath();
      set.add(real);
      know(real);
    } catch (IOException e) {
      // The path does not exist, so there is no file to recognize.
    }
  }

  /** Adds the file at a path, and its parent directories, to the known files. */
  void know(Path place) {
    for (Path each = place; each != null; each = each.getParent()) {
      Object file = key(each);
      if (file != null) {
        places.putIfAbsent(file, each);
      }
    }
  }

  /**
   * Returns other paths of a file: the known path of the same file, and known paths of its parent
   * directories with the rest of the path appended.
   */
  List<Path> aliases(Path file) {
    List<Path> aliases = new ArrayList<>();
    for (Path each = file; each != null; each = each.getParent()) {
      Object key = key(each);
      Path known = key == null ? null : places.get(key);
      if (known != null && !known.equals(each)) {
        aliases.add(known.resolve(each.relativize(file)).normalize());
      }
    }
    return aliases;
  }

  private static @Nullable Object key(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /** Returns a path with its links resolved; the normalized path itself if it does not exist. */
  static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }
}
