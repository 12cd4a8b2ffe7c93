package ai.opencode.sandbox.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What to try once images are built, ready to be pasted into a shell.
 *
 * @param workingDirectory absolute; names of files below it are given relative to it
 */
record NextCommands(Path workingDirectory) {

  private static final Path LAUNCHER = Path.of("scripts", "opencode-sandbox");

  /**
   * @param place as the builder names it: {@code oci:FOLDER:NAME}, another of a target's forms, or
   *     a reference with its digest
   */
  List<String> lines(String place, String name) {
    if (place.startsWith("oci:")) {
      String image = quoted("oci:" + relative(place.substring(4)));
      return List.of(
          "",
          "Try next:",
          "  " + program() + " run " + image,
          "  skopeo copy " + image + " docker-daemon:" + name + ":latest");
    }
    if (place.startsWith("oci-archive:")) {
      String archive = "oci-archive:" + relative(place.substring("oci-archive:".length()));
      return List.of(
          "",
          "Try next:",
          "  " + program() + " verify " + quoted(archive),
          "  skopeo copy " + quoted(archive) + " docker-daemon:" + name + ":latest");
    }
    int end = place.lastIndexOf(":" + name);
    if (place.startsWith("docker-archive:") && end > 0) {
      String file = relative(place.substring("docker-archive:".length(), end));
      return List.of(
          "",
          "Try next:",
          "  docker load -i " + quoted(file),
          "  " + program() + " run " + place.substring(end + 1));
    }
    String image = place.replaceFirst("^docker-daemon:", "").replaceFirst("@sha256:.*", "");
    return List.of(
        "",
        "Try next:",
        "  " + program() + " run " + image,
        "  docker run --rm -it -v \"$PWD\":/workspace " + image);
  }

  /** How this program is started from the working directory. */
  private String program() {
    return Files.isExecutable(workingDirectory.resolve(LAUNCHER))
        ? LAUNCHER.toString()
        : "opencode-sandbox";
  }

  private String relative(String path) {
    String below = workingDirectory + "/";
    return path.startsWith(below) ? path.substring(below.length()) : path;
  }

  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
