package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The place of a delivered image.
 *
 * @param transport the name of the kind of place, as in skopeo: {@code oci}, {@code oci-archive},
 *     {@code docker-archive}, {@code docker-daemon}, or {@code docker} for registries
 * @param path the directory or file that holds the image; empty for registries and engines
 * @param name the image's name in the place, with its tag if the place has tags
 */
@Api
public record Place(String transport, Optional<Path> path, String name) {

  static final String REGISTRY = "docker";
  private static final String LAYOUT = "oci";

  /** Tells whether the place is an OCI image layout, from which images can be run and served. */
  public boolean isLayout() {
    return transport.equals(LAYOUT);
  }

  /** Tells whether the place is a file that {@code docker load} reads. */
  public boolean isLoadable() {
    return transport.equals("docker-archive");
  }

  public Place withPath(Path newPath) {
    return new Place(transport, Optional.of(newPath), name);
  }

  /** Returns the place in the notation of skopeo, without {@code docker://} for registries. */
  @Override
  public String toString() {
    if (transport.equals(REGISTRY)) {
      return name;
    }
    return transport + ":" + path.map(each -> each + ":").orElse("") + name;
  }
}
