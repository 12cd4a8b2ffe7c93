package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.install.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The scripts of already installed packages that apk would run while it installs others: triggers
 * of packages that stay installed, and the removal scripts of packages that are removed. The
 * packages are those of the base image or of the parent image. Upgraded packages are not among
 * them, because apk runs the scripts of the new build.
 */
final class ScriptsBelow {

  private ScriptsBelow() {}

  /** Returns those scripts whose effect this program does not know and so does not reproduce. */
  static List<NotReproduced> unknown(Transaction transaction) {
    Map<ApkPackage, List<ScriptKind>> kinds = new LinkedHashMap<>();
    for (InstalledPackage each : transaction.before().packages()) {
      PackageId id = each.id();
      if (transaction.removes(id)) {
        kinds.put(each.pkg(), ScriptKind.ON_REMOVAL);
      } else if (!transaction.installs(id)
          && transaction.hasTrigger(id)
          && !transaction.triggering(id).isEmpty()) {
        kinds.put(each.pkg(), List.of(ScriptKind.TRIGGER));
      }
    }
    ScriptArchive scripts = transaction.scriptsBefore();
    List<NotReproduced> unknown = new ArrayList<>();
    kinds.forEach(
        (pkg, some) ->
            some.forEach(
                kind ->
                    scripts
                        .find(pkg, kind)
                        .flatMap(script -> KnownScripts.unknown(pkg, kind, script))
                        .ifPresent(unknown::add)));
    return unknown;
  }
}
