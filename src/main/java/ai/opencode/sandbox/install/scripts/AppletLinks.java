package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.KeptFiles;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The links to busybox for each command that it has: {@code busybox --install -s}, which its
 * post-install and post-upgrade scripts and its trigger run. A link is made where nothing is and
 * the folder exists, so never over a program, and never over a link of anybody's.
 *
 * <p>The base image has them all, where a program was not there first. A place becomes free when a
 * package that had it is removed, or a newer one does without it; and a newer busybox may have
 * other commands.
 *
 * <p>Left out: the account {@code klogd}, which the first two scripts add for a daemon that no
 * container runs. Alpine's own base image does without it too.
 */
public final class AppletLinks {

  /** To be raised with every change to the effects that the same installation gives. */
  static final int FORMAT = 1;

  /** The places, a path in a line: what {@code busybox --list-full} prints. */
  public static final String LIST = KeptFiles.APPLETS;

  private static final String BUSYBOX = "busybox";
  private static final List<String> FOLDERS = List.of("bin", "sbin", "usr/bin", "usr/sbin");

  private AppletLinks() {}

  public static void reproduce(Transaction transaction, ScriptEffects effects) {
    String label = transaction.label(BUSYBOX).orElse(null);
    if (label == null) {
      return;
    }
    boolean install = transaction.wouldRun(BUSYBOX, "post-install");
    boolean upgrade = transaction.wouldRun(BUSYBOX, "post-upgrade");
    boolean trigger = false;
    for (String folder : transaction.triggering(BUSYBOX)) {
      if (folder.contains("lib/modules/")) {
        depmod(label, folder, effects);
      } else {
        trigger = true;
      }
    }
    if (!install && !upgrade && !trigger) {
      return;
    }
    byte[] list = effects.root().bytes(LIST).orElse(null);
    if (list == null) {
      // Before Alpine 3.17 only the program itself knows its commands.
      effects.notReproduced(
          label, "`/bin/busybox --install -s`, and there is no /" + LIST + " to tell its links by");
      return;
    }
    if (install) {
      FOLDERS.forEach(folder -> effects.folder(folder, BUSYBOX));
    }
    List<String> places = ScriptEffects.lines(list);
    if (upgrade) {
      removeFormerLinks(places, effects);
    }
    if (link(places, effects)) {
      others(label, effects);
    }
  }

  private static boolean link(List<String> places, ScriptEffects effects) {
    boolean any = false;
    Root.Builder root = effects.root();
    String target = "/" + root.resolve("bin/busybox");
    for (String each : places) {
      String place = root.place(each);
      Node folder = root.get(Root.parent(place));
      if (root.get(place) == null && folder != null && folder.isDirectory()) {
        effects.link(place, target, BUSYBOX);
        any = true;
      }
    }
    return any;
  }

  /** Commands that a newer busybox does without: their links would lead to nothing. */
  private static void removeFormerLinks(List<String> places, ScriptEffects effects) {
    Root.Builder root = effects.root();
    Set<String> wanted = new TreeSet<>();
    places.forEach(each -> wanted.add(root.place(each)));
    for (String folder : FOLDERS) {
      String real = root.resolve(folder);
      for (String path : root.pathsBelow(real)) {
        Node node = root.get(path);
        if (node != null
            && Root.parent(path).equals(real)
            && node.type() == Node.Type.LINK
            && node.target().equals("/bin/busybox")
            && !wanted.contains(path)) {
          effects.delete(path, BUSYBOX);
        }
      }
    }
  }

  /** A kernel's modules have no place in a container, so their index is not made. */
  private static void depmod(String label, String folder, ScriptEffects effects) {
    Root.Builder root = effects.root();
    if (root.resolve("sbin/depmod").equals(root.resolve("bin/busybox"))) {
      effects.notReproduced(
          label,
          "trigger: `/bin/busybox depmod " + folder.substring(folder.lastIndexOf('/') + 1) + "`");
    }
  }

  /**
   * Two more programs of that kind, which the trigger runs first, keep no list of their links; one
   * of the places could have been theirs.
   */
  private static void others(String label, ScriptEffects effects) {
    for (String program : List.of("bin/bbsuid", "bin/busybox-extras")) {
      if (effects.root().get(effects.root().resolve(program)) != null) {
        effects.notReproduced(label, "trigger: `/" + program + " --install -s`");
      }
    }
  }
}
