package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The place of a delivered image.
 *
 * @param transport the kind of place
 * @param path the directory or file that holds the image; empty for registries and engines
 * @param name the image's name in the place, with its tag if the place has tags
 */
@Api
public record Place(Transport transport, Optional<Path> path, String name) {

  /** Returns commands that run the image in an engine that has it or can pull it by name. */
  List<String> runnable(String program) {
    return List.of(program + " run " + name, "docker run --rm -it -v \"$PWD\":/workspace " + name);
  }

  public Place withPath(Path newPath) {
    return new Place(transport, Optional.of(newPath), name);
  }

  /** Returns the place in the notation of skopeo, without {@code docker://} for registries. */
  @Override
  public String toString() {
    if (transport.equals(Transport.REGISTRY)) {
      return name;
    }
    return transport.prefix() + path.map(each -> each + ":").orElse("") + name;
  }
}
