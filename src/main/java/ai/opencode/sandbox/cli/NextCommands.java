package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands to try with built images, ready to be pasted into a shell.
 *
 * @param workingDirectory the absolute directory that the names of files below it are relative to
 */
record NextCommands(Path workingDirectory) {

  private static final Path LAUNCHER = Path.of("scripts", "opencode-sandbox");

  List<String> lines(Delivery delivery) {
    List<String> lines = new ArrayList<>(List.of("", "Try next:"));
    commands(delivery).forEach(command -> lines.add("  " + command));
    return lines;
  }

  private List<String> commands(Delivery delivery) {
    Place place = delivery.place();
    if (place.path().isEmpty()) {
      return List.of(
          program() + " run " + place.name(),
          "docker run --rm -it -v \"$PWD\":/workspace " + place.name());
    }
    Path path = relative(place.path().get());
    if (place.isLoadable()) {
      return List.of(
          "docker load -i " + quoted(path.toString()), program() + " run " + place.name());
    }
    String image = quoted(place.withPath(path).toString());
    return List.of(
        program() + (place.isLayout() ? " run " : " verify ") + image,
        "skopeo copy " + image + " docker-daemon:" + delivery.image() + ":latest");
  }

  /** Returns the command that starts this program from the working directory. */
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

  /** Returns a text quoted as one word of a shell, if it needs quotes. */
  static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
