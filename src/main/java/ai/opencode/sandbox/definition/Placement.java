package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The check that the paths of a definition fit together, so that each has one meaning. */
final class Placement {

  /**
   * The kind of entry at a path, with its name in messages. A MISSING_DIRECTORY is one that is made
   * only if it is missing.
   */
  private enum Kind {
    MISSING_DIRECTORY("directory"),
    DIRECTORY("directory"),
    FILE("file"),
    LINK("symbolic link");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private final Map<String, Kind> kinds = new HashMap<>();

  private Placement() {}

  static List<WritableDirectory> sorted(List<WritableDirectory> writable) {
    return writable.stream().sorted(Comparator.comparing(WritableDirectory::path)).toList();
  }

  static void require(
      SandboxUser user,
      List<OwnedDirectory> directories,
      List<StaticFile> files,
      List<SymbolicLink> links,
      List<WritableDirectory> writable) {
    Placement placement = new Placement();
    directories.forEach(
        each ->
            placement.put(
                each.path(), each.onlyIfMissing() ? Kind.MISSING_DIRECTORY : Kind.DIRECTORY));
    files.forEach(each -> placement.put(each.path(), Kind.FILE));
    links.forEach(each -> placement.put(each.path(), Kind.LINK));
    placement.kinds.keySet().forEach(placement::requireDirectoriesAbove);
    placement.requireUsable(user, writable);
  }

  private void put(String path, Kind kind) {
    Kind before = kinds.get(path);
    if (before == null) {
      kinds.put(path, kind);
    } else if (before == Kind.MISSING_DIRECTORY && kind.text.equals(before.text)) {
      kinds.put(path, kind);
    } else if (before != Kind.DIRECTORY || kind != Kind.MISSING_DIRECTORY) {
      throw new UsageException(
          path
              + " is defined twice, as a "
              + before.text
              + (before.text.equals(kind.text) ? "" : " and as a " + kind.text)
              + ". Leave one of them out; a child image may replace a file of its parent.");
    }
  }

  private void requireDirectoriesAbove(String path) {
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      String above = path.substring(0, slash);
      Kind kind = kinds.get(above);
      if (kind == Kind.FILE || kind == Kind.LINK) {
        throw new UsageException(
            path
                + " cannot be below "
                + above
                + ", which is defined as a "
                + kind.text
                + ". Choose another path for one of them.");
      }
    }
  }

  private void requireUsable(SandboxUser user, List<WritableDirectory> writable) {
    Set<String> standard = new HashSet<>();
    WritablePath.of(user).forEach(each -> standard.add(each.path()));
    Set<String> own = new TreeSet<>();
    for (WritableDirectory each : writable) {
      if (!own.add(each.path())) {
        throw new UsageException(each.path() + " is writable twice. Leave one of them out.");
      }
      Kind kind = kinds.get(each.path());
      boolean standardOne = kind == Kind.DIRECTORY && standard.contains(each.path());
      if (kind != null && kind != Kind.MISSING_DIRECTORY && !standardOne) {
        throw new UsageException(
            each.path()
                + " is writable, so it is a directory of the image's user already, but it is defined"
                + " as a "
                + kind.text
                + " too. Leave one of them out.");
      }
      requireDirectoriesAbove(each.path());
    }
  }

  /**
   * Checks that no mount of a hardened container hides a file or link of an image or its parents.
   *
   * @param writable all writable paths of the image
   */
  static void requireVisible(FilesystemSettings filesystem, List<WritablePath> writable) {
    filesystem.files().forEach(each -> requireVisible(each.path(), filesystem.user(), writable));
    filesystem.links().forEach(each -> requireVisible(each.path(), filesystem.user(), writable));
  }

  /**
   * Checks that no level between nested mounts is missing: an engine would make it as root.
   *
   * @param writable all writable paths of an image
   */
  static void requireLevels(List<WritablePath> writable) {
    Set<String> mounted = new HashSet<>();
    writable.forEach(each -> mounted.add(each.path()));
    mounted.forEach(each -> requireLevels(each, mounted));
  }

  private static void requireLevels(String path, Set<String> mounted) {
    boolean inMount = false;
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String above = path.substring(0, slash);
      if (mounted.contains(above)) {
        inMount = true;
      } else if (inMount) {
        throw new UsageException(
            path
                + " cannot be writable on its own: it is in another writable path, where an engine"
                + " would make "
                + above
                + " as root. Make "
                + above
                + " writable too.");
      }
    }
  }

  /** Checks that a working directory is not at or below a file of an image or its parents. */
  static void requireNoFile(String start, FilesystemSettings filesystem) {
    for (StaticFile each : filesystem.files()) {
      String file = each.path();
      if (Paths.isAtOrBelow(start, file)) {
        throw new UsageException(
            start
                + " cannot be the working directory: "
                + file
                + " is defined as a file. Choose another directory.");
      }
    }
  }

  private static void requireVisible(String path, SandboxUser user, List<WritablePath> writable) {
    for (WritablePath each : writable) {
      if (Paths.isAtOrBelow(path, each.path())) {
        boolean standard =
            WritablePath.of(user).stream().anyMatch(other -> other.path().equals(each.path()));
        throw new UsageException(
            path
                + " would be hidden: hardened containers have a mount at "
                + each.path()
                + (standard
                    ? ". Choose another path, such as one below /opt."
                    : ", which is writable. Choose another path for one of them."));
      }
    }
  }
}
