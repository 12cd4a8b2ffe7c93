package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * The description of an installed npm package, for instance for a bill of materials.
 *
 * @param path the package's directory in the image, without leading slash
 * @param name the package's name in the registry
 * @param version the package's version
 * @param integrity the hash of the package's tarball; empty for a package that is bundled in the
 *     tarball of another one
 * @param licence the licence in the npm lock, mostly an SPDX expression; empty if there is none
 */
@Api
public record NpmFacts(
    String path,
    String name,
    String version,
    Optional<Integrity> integrity,
    Optional<String> licence) {

  /** Returns the {@code name@version} form. */
  public String id() {
    return name + "@" + version;
  }
}
