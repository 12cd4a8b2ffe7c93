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

/** The device and inode of known files, by which they are recognized under other paths. */
final class KnownFiles {

  private final Map<Object, Path> places = new LinkedHashMap<>();

  /** Adds a path, and its path without links, to a set. */
  void add(Set<Path> set, Path place) {
    set.add(place);
    know(place);
    try {
      Path real = place.toRealPath();
      set.add(real);
      know(real);
    } catch (IOException e) {
      // It does not exist, so it has no other path.
    }
  }

  /** Remembers device and inode of a path and of its parent directories. */
  void know(Path place) {
    for (Path each = place; each != null; each = each.getParent()) {
      Object file = key(each);
      if (file != null) {
        places.putIfAbsent(file, each);
      }
    }
  }

  /** Returns known paths of the same file, or of a parent directory with the rest appended. */
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

  /** Returns a path without links; the path itself if it does not exist. */
  static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }
}
