package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Checks that the sandbox's directories exist, are not links, and have the required owners and
 * modes.
 */
final class DirectoryCheck implements Check {

  /**
   * A directory with its required owner and mode.
   *
   * @param required the bits that the mode must have
   * @param refused the bits that the mode must not have
   */
  private record Directory(String path, long uid, long gid, int required, int refused) {}

  private static final int GROUP_ROOT = 0;

  /**
   * Returns a directory of the sandbox's user. Group 0 may write, so that every user id with group
   * 0 can work; others may not.
   */
  private static Directory own(String path) {
    return new Directory(path, 1000, GROUP_ROOT, 0770, 06002);
  }

  private static final List<Directory> DIRECTORIES =
      List.of(
          own("workspace"),
          own("home/opencode"),
          own("home/opencode/.cache"),
          own("home/opencode/.config"),
          own("home/opencode/.config/opencode"),
          own("home/opencode/.local"),
          own("home/opencode/.local/bin"),
          own("home/opencode/.local/share"),
          own("home/opencode/.local/share/opencode"),
          own("home/opencode/.local/state"),
          new Directory("home", 0, 0, 0755, 0022),
          new Directory("tmp", 0, 0, 01777, 0));

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "directory", "workspace, home and OpenCode's directories exist and belong to the user",
        "home-owner", "everything in home and workspace belongs to the user and to group 0");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (!image.contract().sandbox()) {
      return;
    }
    for (Directory directory : DIRECTORIES) {
      check(directory, image.root().at(directory.path), flaws);
    }
    for (String parent : List.of("home/opencode", "workspace")) {
      for (RootEntry entry : image.root().below(parent)) {
        DefinedImage defined = image.contract().definition();
        if (defined != null && defined.has(entry.path())) {
          continue;
        }
        if (entry.uid() != 1000 || entry.gid() != GROUP_ROOT) {
          flaws.add(
              "home-owner", "/" + entry.path(), "it belongs to " + entry.owner() + ", not 1000:0");
        }
      }
    }
  }

  private static void check(Directory directory, Optional<RootEntry> found, Flaws flaws) {
    String where = "/" + directory.path;
    if (found.isEmpty() || !found.get().isDirectory()) {
      flaws.add(
          "directory",
          where,
          "there should be a directory, but there is "
              + found.map(entry -> entry.kind().toString()).orElse("nothing"));
      return;
    }
    RootEntry entry = found.get();
    if (entry.uid() != directory.uid || entry.gid() != directory.gid) {
      flaws.add(
          "directory",
          where,
          "it belongs to " + entry.owner() + ", not " + directory.uid + ":" + directory.gid);
    }
    if ((entry.mode() & directory.required) != directory.required) {
      flaws.add(
          "directory",
          where,
          "its mode is "
              + entry.octalMode()
              + ", which lacks some of "
              + Integer.toOctalString(directory.required));
    }
    if ((entry.mode() & directory.refused) != 0) {
      flaws.add(
          "directory",
          where,
          "its mode is "
              + entry.octalMode()
              + ", which must have none of "
              + Integer.toOctalString(directory.refused));
    }
  }
}
