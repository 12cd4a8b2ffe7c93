package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Place;
import ai.opencode.sandbox.publish.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What to try once images are built, ready to be pasted into a shell.
 *
 * @param workingDirectory absolute; names of files below it are given relative to it
 */
record NextCommands(Path workingDirectory) {

  private static final Path LAUNCHER = Path.of("scripts", "opencode-sandbox");

  /**
   * @param target that has received the image
   */
  List<String> lines(Target target, Delivery delivery) {
    List<String> lines = new ArrayList<>(List.of("", "Try next:"));
    target.next(seen(delivery), program()).forEach(command -> lines.add("  " + command));
    return lines;
  }

  /** With the path as it is seen from the working directory. */
  private Delivery seen(Delivery delivery) {
    Place place = delivery.place();
    return place
        .path()
        .map(path -> delivery.withPlace(place.withPath(relative(path))))
        .orElse(delivery);
  }

  /** How this program is started from the working directory. */
  private String program() {
    return Files.isExecutable(workingDirectory.resolve(LAUNCHER))
        ? LAUNCHER.toString()
        : "opencode-sandbox";
  }

  private Path relative(Path path) {
    return path.startsWith(workingDirectory) && !path.equals(workingDirectory)
        ? workingDirectory.relativize(path)
        : path;
  }
}
