package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The images of a project, and the settings beside them, which count where a goal has none.
 *
 * @param lock the lock file
 */
record Declared(List<ImageDefinition> images, Inputs inputs, Servers servers, Path lock) {

  /**
   * Settings of what images are made from.
   *
   * @param base the base image; null for the upstream's own
   */
  record Inputs(
      @Nullable Reference base,
      List<String> repositories,
      List<Path> keys,
      List<Platform> platforms) {}

  /**
   * Settings of servers.
   *
   * @param registry the registry with a namespace; null for none
   * @param registryMirrors the registries to pull from in place of others
   * @param alpineMirror the address or directory with Alpine's releases; null for Alpine's own
   * @param npmRegistry the address of the npm registry; null for the one in npm's configuration
   * @param authorities PEM files with certificates that servers may have
   */
  record Servers(
      @Nullable String registry,
      Map<String, String> registryMirrors,
      @Nullable String alpineMirror,
      @Nullable String npmRegistry,
      List<Path> authorities) {}

  /** Returns images without settings. */
  static Declared only(List<ImageDefinition> images, Path lock) {
    return new Declared(
        images,
        new Inputs(null, List.of(), List.of(), List.of()),
        new Servers(null, Map.of(), null, null, List.of()),
        lock);
  }
}
