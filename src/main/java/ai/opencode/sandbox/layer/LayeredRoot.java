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
 * @param layers the new ones, lowest first
 * @param view of all layers, the ones below included
 * @param database what apk is to believe
 * @param installed the packages that these layers brought, in the order of their installation
 * @param unknownScripts what the installation scripts of a package would do, by its label, where
 *     nobody has looked at them
 * @param warnings of the installation scripts that were reproduced
 * @param trustsOwnAuthorities whether its trusted certificates have some of its own
 */
public record LayeredRoot(
    List<StagedLayer> layers,
    Root view,
    InstalledDatabase database,
    List<FetchedPackage> installed,
    Map<String, String> unknownScripts,
    List<String> warnings,
    boolean trustsOwnAuthorities) {

  public LayeredRoot {
    layers = List.copyOf(layers);
    installed = List.copyOf(installed);
    warnings = List.copyOf(warnings);
    unknownScripts = Collections.unmodifiableMap(new TreeMap<>(unknownScripts));
  }
}
