package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.Set;
import java.util.SortedMap;

/** Nothing in the image gives anybody more power than they start with. */
final class PrivilegeCheck implements Check {

  private static final int SETUID = 04000;
  private static final int SETGID = 02000;

  /**
   * Programs whose only purpose is to become somebody else; busybox's su cannot, without setuid.
   */
  private static final Set<String> PROGRAMS = Set.of("sudo", "sudoedit", "doas", "pkexec");

  private static final Set<String> SETTINGS =
      Set.of("etc/sudoers", "etc/sudoers.d", "etc/doas.conf", "etc/doas.d");

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "device", "the image has no device files",
        "file-capability", "no program has capabilities of its own",
        "privilege-program", "there is no sudo, no doas and nothing like them",
        "setuid", "no program runs as its owner or group");
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
        flaws.add("privilege-program", where, "it lets users become somebody else");
      }
    }
  }
}
