package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Resolution;
import java.util.List;

/**
 * The installed packages of a root as the solver needs them, with their dependencies and the
 * requested packages.
 */
record InstalledSet(InstalledDatabase database, World world) {

  List<ApkPackage> packages() {
    return database.packages().stream().map(InstalledPackage::pkg).toList();
  }

  /** Returns the packages that are installed after a transaction. */
  InstalledSet after(Resolution resolution, World newWorld) {
    List<InstalledPackage> kept =
        database.packages().stream()
            .filter(each -> !resolution.removed().contains(each.pkg()))
            .toList();
    List<InstalledPackage> added =
        resolution.added().stream()
            .map(each -> new InstalledPackage(each.pkg(), List.of()))
            .toList();
    return new InstalledSet(new InstalledDatabase(kept).with(added), newWorld);
  }
}
