package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.rootfs.ApkDatabase;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;

/**
 * The packages of a root, as apk lists them.
 *
 * @param installed the installed packages with their files
 * @param world the requested packages
 */
record RootDatabase(InstalledDatabase installed, World world) {

  /** Reads the packages of a base image. */
  static RootDatabase of(Root base) throws IOException {
    ApkDatabase database = ApkDatabase.of(base);
    return new RootDatabase(database.installed(), database.world());
  }

  /** Returns the state that the solver starts from. */
  InstalledSet packages() {
    return new InstalledSet(installed.withoutFiles(), world);
  }
}
