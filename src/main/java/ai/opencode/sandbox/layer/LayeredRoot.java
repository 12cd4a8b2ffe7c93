package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.scripts.ScriptReport;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;

/**
 * The layers of an image's Alpine packages on top of a base or parent image, and the resulting file
 * system.
 *
 * @param layers the new ones, lowest first
 * @param installed the outcome of the installation
 * @param database apk's database of the result
 * @param scripts the consequences of the installation scripts, which are reproduced, not run
 */
public record LayeredRoot(
    List<StagedLayer> layers,
    InstalledRoot installed,
    DatabaseState database,
    ScriptReport scripts) {

  public LayeredRoot {
    layers = List.copyOf(layers);
  }

  /** Returns the file system that all layers give together, with the layers below. */
  public Root view() {
    return installed.root();
  }

  /** Returns the image's own packages, in the order of installation. */
  public List<FetchedPackage> added() {
    return installed.placed().stream().map(PlacedPackage::apk).toList();
  }

  /** Returns the packages of the image below that are still installed. */
  public List<ApkPackage> staying() {
    return installed.staying();
  }
}
