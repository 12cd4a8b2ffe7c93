package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.KeptFiles;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The links to busybox for each of its commands. Its post-install and post-upgrade scripts and its
 * trigger create them with {@code busybox --install -s}. A link is created only in an existing
 * directory and never in place of anything else.
 *
 * <p>The base image contains them already. A link is missing when a package that had its path is
 * removed, or drops that path in a newer version, or when a newer busybox has another command.
 *
 * <p>The first two scripts also add the account {@code klogd}; {@link SystemAccounts} does so here.
 */
public final class AppletLinks {

  /** The format's version: raise it whenever the same installation gives other effects. */
  static final int FORMAT = 1;

  /** The list of the links' paths, one a line: the output of {@code busybox --list-full}. */
  public static final String LIST = KeptFiles.APPLETS;

  static final PackageId BUSYBOX = new PackageId("busybox");
  private static final List<String> DIRECTORIES = List.of("bin", "sbin", "usr/bin", "usr/sbin");

  private AppletLinks() {}

  /** Adds the scripts' effects if a transaction would run them. */
  public static void reproduce(Transaction transaction, ScriptEffects effects) {
    ApkPackage busybox = transaction.find(BUSYBOX).orElse(null);
    if (busybox == null) {
      return;
    }
    boolean install = transaction.wouldRun(BUSYBOX, ScriptKind.POST_INSTALL);
    boolean upgrade = transaction.wouldRun(BUSYBOX, ScriptKind.POST_UPGRADE);
    boolean trigger = false;
    for (String directory : transaction.triggering(BUSYBOX)) {
      if (directory.contains("lib/modules/")) {
        depmod(busybox, directory, effects);
      } else {
        trigger = true;
      }
    }
    if (!install && !upgrade && !trigger) {
      return;
    }
    byte[] list = effects.root().bytes(LIST).orElse(null);
    if (list == null) {
      // Before Alpine 3.17 no file lists the commands; only the program can print them.
      effects.notReproduced(
          new NotReproduced.Command(
              busybox.label(),
              Optional.empty(),
              "/bin/busybox --install -s",
              Optional.of("/" + LIST)));
      return;
    }
    if (install) {
      DIRECTORIES.forEach(directory -> effects.directory(directory, busybox));
    }
    List<String> places = ScriptEffects.lines(list);
    if (upgrade) {
      removeFormerLinks(busybox, places, effects);
    }
    if (link(busybox, places, effects)) {
      others(busybox, effects);
    }
  }

  private static boolean link(ApkPackage busybox, List<String> places, ScriptEffects effects) {
    boolean any = false;
    Root.Builder root = effects.root();
    String target = "/" + root.resolve("bin/busybox");
    for (String each : places) {
      String place = root.place(each);
      Node directory = root.get(Root.parent(place));
      if (root.get(place) == null && directory != null && directory.isDirectory()) {
        effects.link(place, target, busybox);
        any = true;
      }
    }
    return any;
  }

  /** Removes links of commands that a newer busybox no longer has. */
  private static void removeFormerLinks(
      ApkPackage busybox, List<String> places, ScriptEffects effects) {
    Root.Builder root = effects.root();
    Set<String> wanted = new TreeSet<>();
    places.forEach(each -> wanted.add(root.place(each)));
    for (String directory : DIRECTORIES) {
      String real = root.resolve(directory);
      for (String path : root.pathsBelow(real)) {
        Node node = root.get(path);
        if (node != null
            && Root.parent(path).equals(real)
            && node.type() == Node.Type.LINK
            && node.target().equals("/bin/busybox")
            && !wanted.contains(path)) {
          effects.delete(path, busybox);
        }
      }
    }
  }

  /** Reports that no index of kernel modules is made: a container loads none. */
  private static void depmod(ApkPackage busybox, String directory, ScriptEffects effects) {
    Root.Builder root = effects.root();
    if (root.resolve("sbin/depmod").equals(root.resolve("bin/busybox"))) {
      effects.notReproduced(
          NotReproduced.Command.of(
              busybox.label(),
              ScriptKind.TRIGGER,
              "/bin/busybox depmod " + directory.substring(directory.lastIndexOf('/') + 1)));
    }
  }

  /**
   * Reports the two other programs that the trigger runs first. They have no list of their links,
   * so some of the paths may have been meant for them.
   */
  private static void others(ApkPackage busybox, ScriptEffects effects) {
    for (String program : List.of("bin/bbsuid", "bin/busybox-extras")) {
      if (effects.root().get(effects.root().resolve(program)) != null) {
        effects.notReproduced(
            NotReproduced.Command.of(
                busybox.label(), ScriptKind.TRIGGER, "/" + program + " --install -s"));
      }
    }
  }
}
