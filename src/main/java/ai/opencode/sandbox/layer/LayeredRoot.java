package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.rootfs.Root;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The layers of an image's Alpine packages on top of a base or parent image, and the resulting file
 * system.
 *
 * @param layers the new layers, lowest first
 * @param view the file system of all layers, including those below
 * @param database the content of apk's database
 * @param installed the packages in these layers, in the order of installation
 * @param unknownScripts commands of installation scripts whose effects are unknown, by label of the
 *     package
 */
public record LayeredRoot(
    List<StagedLayer> layers,
    Root view,
    InstalledDatabase database,
    List<FetchedPackage> installed,
    Map<String, String> unknownScripts) {

  public LayeredRoot {
    layers = List.copyOf(layers);
    installed = List.copyOf(installed);
    unknownScripts = Collections.unmodifiableMap(new TreeMap<>(unknownScripts));
  }
}
