package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.install.scripts.ScriptReport;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;

/**
 * The layers of an image's Alpine packages on top of a base or parent image, and the resulting file
 * system.
 *
 * @param layers the new ones, lowest first
 * @param view the file system that all layers give together, with the layers below
 * @param database apk's list of all installed packages
 * @param scripts the consequences of the installation scripts, which are reproduced, not run
 */
public record LayeredRoot(
    List<StagedLayer> layers, Root view, InstalledDatabase database, ScriptReport scripts) {

  public LayeredRoot {
    layers = List.copyOf(layers);
  }
}
