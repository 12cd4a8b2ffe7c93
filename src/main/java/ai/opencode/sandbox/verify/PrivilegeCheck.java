package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.Set;
import java.util.SortedMap;

/** Checks that nothing in the image gives a process additional privileges. */
final class PrivilegeCheck implements Check {

  private static final int SETUID = 04000;
  private static final int SETGID = 02000;

  /**
   * Programs whose only purpose is to become another user. busybox's su is harmless without setuid.
   */
  private static final Set<String> PROGRAMS = Set.of("sudo", "sudoedit", "doas", "pkexec");

  private static final Set<String> SETTINGS =
      Set.of("etc/sudoers", "etc/sudoers.d", "etc/doas.conf", "etc/doas.d");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "device", "the image has no device files",
        "file-capability", "no program has file capabilities",
        "privilege-program", "the image has no sudo, doas or similar program",
        "setuid", "no program has the setuid or setgid bit");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (RootEntry entry : image.root().entries()) {
      String where = "/" + entry.path();
      String name = entry.path().substring(entry.path().lastIndexOf('/') + 1);
      if (entry.isFile() && (entry.mode() & (SETUID | SETGID)) != 0) {
        flaws.add(
            "setuid",
            where,
            "its mode is "
                + entry.octalMode()
                + ": it runs as "
                + ((entry.mode() & SETUID) != 0 ? "user " + entry.uid() : "group " + entry.gid()));
      }
      if (entry.capabilities()) {
        flaws.add("file-capability", where, "it has capabilities (security.capability)");
      }
      if (entry.kind() == RootEntry.Kind.DEVICE) {
        flaws.add("device", where, "it is a device file");
      }
      if (SETTINGS.contains(entry.path()) || (!entry.isDirectory() && PROGRAMS.contains(name))) {
        flaws.add("privilege-program", where, "it lets users become another user");
      }
    }
  }
}
