package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * The facts about an npm package that describe it to others, such as a bill of materials.
 *
 * @param path its directory in the image, without leading slash
 * @param name its name in the registry
 * @param integrity the hash of its tarball; empty if it is part of another package's tarball
 * @param licence as the lock has it, mostly an SPDX expression; empty if the lock has none
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
