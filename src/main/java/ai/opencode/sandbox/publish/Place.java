package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The place of one image that was delivered.
 *
 * @param transport the kind of place in skopeo's words: {@code oci}, {@code oci-archive}, {@code
 *     docker-archive}, {@code docker-daemon}, or {@code docker} for registries
 * @param path the folder or file that holds the image; empty where it lies in none
 * @param name what the image is called there, with its tag where there are tags
 */
@Api
public record Place(String transport, Optional<Path> path, String name) {

  static final String REGISTRY = "docker";

  /** The commands that run an image which engines know, or get, by its name alone. */
  List<String> runnable(String program) {
    return List.of(program + " run " + name, "docker run --rm -it -v \"$PWD\":/workspace " + name);
  }

  public Place withPath(Path newPath) {
    return new Place(transport, Optional.of(newPath), name);
  }

  /** As {@code skopeo} takes it, but for {@code docker://} before what lies in a registry. */
  @Override
  public String toString() {
    if (transport.equals(REGISTRY)) {
      return name;
    }
    return transport + ":" + path.map(each -> each + ":").orElse("") + name;
  }
}
