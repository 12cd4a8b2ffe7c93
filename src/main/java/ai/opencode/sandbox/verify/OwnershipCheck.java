package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** Everything belongs to somebody, and the system does not belong to the sandbox. */
final class OwnershipCheck implements Check {

  private static final int STICKY = 01000;

  /** Where nothing may be changed by who works in the sandbox. */
  private static final Set<String> SYSTEM =
      Set.of("bin", "boot", "etc", "lib", "lib64", "opt", "root", "sbin", "srv", "usr");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "system-writable", "the sandbox's user, under any user id, cannot change the system",
        "unknown-owner", "every file belongs to a user and a group that the image knows",
        "world-writable",
            "nobody but its owner may write to a file, or take another's from a folder");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    Set<String> users = ids(Accounts.of(image.root(), "etc/passwd"));
    Set<String> groups = ids(Accounts.of(image.root(), "etc/group"));
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
            "world-writable", where, "its mode is " + entry.octalMode() + ": everybody may write");
      }
      if (image.contract().sandbox() && isSystem(entry.path()) && isUsers(entry)) {
        flaws.add(
            "system-writable",
            where,
            "with owner "
                + entry.owner()
                + " and mode "
                + entry.octalMode()
                + " who works in the sandbox may change it");
      }
    }
  }

  /** Sandboxes also run under any other user id with group 0. */
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
    // Root needs no line to own things.
    ids.add("0");
    lines.forEach(line -> ids.add(Accounts.field(line, 2)));
    return ids;
  }
}
