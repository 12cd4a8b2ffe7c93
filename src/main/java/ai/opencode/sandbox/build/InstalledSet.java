package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledPackages;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.apk.solver.Resolution;
import java.util.List;

/**
 * The state of a root that the solver starts from.
 *
 * @param installed the installed packages
 * @param world the requested packages
 */
record InstalledSet(InstalledPackages installed, World world) {

  List<ApkPackage> packages() {
    return installed.list();
  }

  /** Returns the state after a transaction. */
  InstalledSet after(Resolution resolution, World newWorld) {
    return new InstalledSet(
        installed
            .without(resolution.removed())
            .with(resolution.added().stream().map(Resolution.Chosen::pkg).toList()),
        newWorld);
  }
}
