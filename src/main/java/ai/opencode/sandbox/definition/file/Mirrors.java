package ai.opencode.sandbox.definition.file;

import java.util.Optional;

/**
 * The mirrors that {@code sandbox.yaml} names.
 *
 * @param alpine the address or directory that has Alpine's releases, such as {@code
 *     https://mirror.example/alpine}
 * @param npm the address of the npm registry
 * @param dockerHub the registry from which images of {@code docker.io} are pulled instead, followed
 *     by a namespace if the mirror has one
 */
public record Mirrors(Optional<String> alpine, Optional<String> npm, Optional<String> dockerHub) {

  /** Returns no mirrors. */
  public static Mirrors none() {
    return new Mirrors(Optional.empty(), Optional.empty(), Optional.empty());
  }
}
