package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Place;
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

  /** What lies in a file or folder is copied from there; anything else has a name for engines. */
  List<String> lines(Delivery delivery) {
    Place place = delivery.place();
    List<String> lines = new ArrayList<>(List.of("", "Try next:"));
    if (place.path().isEmpty()) {
      lines.add("  " + program() + " run " + place.name());
      lines.add("  docker run --rm -it -v \"$PWD\":/workspace " + place.name());
      return lines;
    }
    String image = quoted(place.withPath(relative(place.path().get())).toString());
    if (place.isLayout()) {
      lines.add("  " + program() + " run " + image);
    }
    lines.add("  skopeo copy " + image + " docker-daemon:" + delivery.image() + ":latest");
    return lines;
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

  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
