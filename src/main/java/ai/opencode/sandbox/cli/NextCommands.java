package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The suggestions that are printed after a build: shell commands to try with the image.
 *
 * @param program the program's name
 * @param workingDirectory the user's working directory, as an absolute path; paths of files below
 *     it are shown relative to it
 */
record NextCommands(String program, Path workingDirectory) {

  private static final Path LAUNCHER = Path.of("scripts", "opencode-sandbox");

  /** Returns the lines to print after a delivery. */
  List<String> lines(Delivery delivery) {
    List<String> lines = new ArrayList<>(List.of("", "Try next:"));
    delivery.target().next(seen(delivery), command()).forEach(command -> lines.add("  " + command));
    return lines;
  }

  /** Returns a delivery whose path is relative to the working directory if it is below that. */
  private Delivery seen(Delivery delivery) {
    Place place = delivery.place();
    return place
        .path()
        .map(path -> delivery.withPlace(place.withPath(relative(path))))
        .orElse(delivery);
  }

  /** Returns the command that starts this program from the working directory. */
  private String command() {
    return program.equals(Edition.PRODUCT) && Files.isExecutable(workingDirectory.resolve(LAUNCHER))
        ? LAUNCHER.toString()
        : program;
  }

  private Path relative(Path path) {
    return path.startsWith(workingDirectory) && !path.equals(workingDirectory)
        ? workingDirectory.relativize(path)
        : path;
  }
}
