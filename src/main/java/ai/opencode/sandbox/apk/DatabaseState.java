package ai.opencode.sandbox.apk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * apk's database of a root: the installed packages, and their triggers and scripts in the form and
 * the order that the installed apk gives them.
 *
 * @param installed the installed packages with their files
 * @param isCompressed whether the scripts are in {@code scripts.tar.gz} instead of {@code
 *     scripts.tar}
 */
public record DatabaseState(
    InstalledDatabase installed, Triggers triggers, ScriptArchive scripts, boolean isCompressed) {

  /** Returns the state without packages. */
  public static DatabaseState empty() {
    return of(InstalledDatabase.empty());
  }

  /** Returns a state without triggers and scripts. */
  public static DatabaseState of(InstalledDatabase installed) {
    return new DatabaseState(installed, Triggers.NONE, new ScriptArchive(Map.of()), false);
  }

  /** A new package, or a new build of a package. */
  public record Added(ApkPackage pkg, ControlSegment control) {}

  /**
   * Returns the state after an installation.
   *
   * @param now the packages that are installed then
   * @param added those of them that the installation added or replaced, in its order
   */
  public DatabaseState after(InstalledDatabase now, List<Added> added) {
    List<ApkPackage> all = now.withoutFiles().list();
    Triggers newTriggers = triggers.only(all);
    ScriptArchive newScripts = scripts;
    for (Added each : added) {
      newTriggers = newTriggers.with(each.pkg(), each.control().info().triggers());
      newScripts = newScripts.with(each.pkg(), each.control().scripts());
    }
    boolean apk3 = now.isOfApk3();
    return new DatabaseState(
        now,
        apk3 ? newTriggers.asApk3(all) : newTriggers,
        apk3 || isCompressed
            ? newScripts.asApk3(all)
            : newScripts.of(inOrderOfInstallation(all, added)),
        isCompressed);
  }

  /** Sorts packages as apk 2 sorts scripts: updated ones keep their places, and new ones follow. */
  private List<ApkPackage> inOrderOfInstallation(List<ApkPackage> all, List<Added> added) {
    Map<PackageId, ApkPackage> left = new LinkedHashMap<>();
    all.forEach(each -> left.put(each.id(), each));
    List<PackageId> order = new ArrayList<>();
    installed.packages().forEach(each -> order.add(each.id()));
    added.forEach(each -> order.add(each.pkg().id()));
    List<ApkPackage> sorted = new ArrayList<>();
    for (PackageId each : order) {
      ApkPackage now = left.remove(each);
      if (now != null) {
        sorted.add(now);
      }
    }
    return sorted;
  }
}
