package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks that every file has a known owner, and that the sandbox's user cannot change the system.
 */
final class OwnershipCheck implements Check {

  private static final int STICKY = 01000;

  /** Directories in which the sandbox's user must not be able to change anything. */
  private static final Set<String> SYSTEM =
      Set.of("bin", "boot", "etc", "lib", "lib64", "opt", "root", "sbin", "srv", "usr");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "system-writable", "the sandbox's user, under any user id, cannot change the system",
        "unknown-owner", "every file belongs to a user and a group that the image knows",
        "world-writable",
            "only its owner can write to a file, and only the owner of a file can remove it");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    Set<String> users = ids(AccountLines.of(image.root(), "etc/passwd"));
    Set<String> groups = ids(AccountLines.of(image.root(), "etc/group"));
    for (RootEntry entry : image.root().entries()) {
      String where = "/" + entry.path();
      if (!users.contains(Long.toString(entry.uid()))) {
        flaws.add("unknown-owner", where, "no user has the id " + entry.uid());
      }
      if (!groups.contains(Long.toString(entry.gid()))) {
        flaws.add("unknown-owner", where, "no group has the id " + entry.gid());
      }
      if (entry.isLink()) {
        continue;
      }
      boolean everybody = (entry.mode() & 0002) != 0;
      if (everybody && !(entry.isDirectory() && (entry.mode() & STICKY) != 0)) {
        flaws.add(
            "world-writable", where, "its mode is " + entry.octalMode() + ": every user can write");
      }
      if (image.contract().sandbox() && isSystem(entry.path()) && isUsers(entry)) {
        flaws.add(
            "system-writable",
            where,
            "with owner "
                + entry.owner()
                + " and mode "
                + entry.octalMode()
                + " the sandbox's user can change it");
      }
    }
  }

  /**
   * Returns whether the sandbox's user can change the entry, as its owner or by its group;
   * sandboxes also run under any other user id with group 0.
   */
  static boolean isUsers(RootEntry entry) {
    boolean group = (entry.mode() & 0020) != 0;
    return entry.uid() == 1000 || (group && (entry.gid() == 0 || entry.gid() == 1000));
  }

  private static boolean isSystem(String path) {
    int slash = path.indexOf('/');
    return path.isEmpty() || SYSTEM.contains(slash < 0 ? path : path.substring(0, slash));
  }

  private static Set<String> ids(List<String[]> lines) {
    Set<String> ids = new HashSet<>();
    // Root can own files without a line of its own.
    ids.add("0");
    lines.forEach(line -> ids.add(AccountLines.field(line, 2)));
    return ids;
  }
}
