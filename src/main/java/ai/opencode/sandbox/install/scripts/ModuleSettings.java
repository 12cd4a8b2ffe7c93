package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that the pre-upgrade script of {@code alpine-baselayout} renames: those in {@code
 * /etc/modprobe.d} (settings of kernel modules) without a suffix. They are only reported, because
 * no Alpine image has any. The directories that the script also moves ({@code /var/run}, {@code
 * /var/lock}, {@code /var/spool/mail}) need no report: a package with a link in place of a
 * directory is refused.
 */
final class ModuleSettings {

  /** The format's version: raise it with every change of the report. */
  static final int FORMAT = 1;

  static final PackageId BASE_LAYOUT = new PackageId("alpine-baselayout");
  private static final String DIRECTORY = "etc/modprobe.d";

  private ModuleSettings() {}

  /** Reports the files if a transaction would run the script. */
  static void reproduce(Transaction transaction, ScriptEffects effects) {
    ApkPackage layout = transaction.find(BASE_LAYOUT).orElse(null);
    if (layout == null || !transaction.wouldRun(BASE_LAYOUT, ScriptKind.PRE_UPGRADE)) {
      return;
    }
    List<String> renamed =
        effects.root().pathsBelow(DIRECTORY).stream()
            .filter(path -> isRenamed(path, effects.root().get(path)))
            .toList();
    for (String path : renamed) {
      effects.notReproduced(
          NotReproduced.Command.of(
              layout.label(), ScriptKind.PRE_UPGRADE, "mv /" + path + " /" + path + ".conf"));
    }
  }

  private static boolean isRenamed(String path, @Nullable Node node) {
    String name = path.substring(DIRECTORY.length() + 1);
    return node != null && !name.contains("/") && !name.contains(".");
  }
}
