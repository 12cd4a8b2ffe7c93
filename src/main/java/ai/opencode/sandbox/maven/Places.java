package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.publish.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Targets and images whose relative paths count from a project's directory, because the directory
 * in which Maven was started is that of another project.
 *
 * @param directory the directory of the project
 */
record Places(Path directory) {

  private static final Pattern FILE =
      Pattern.compile("(oci|oci-archive|docker-archive):([^:]+)(.*)");

  List<Target> targets(List<String> texts) {
    return texts.stream().map(text -> Target.of(text).in(directory)).toList();
  }

  /** Returns the notation of an image with the path made absolute if it has one. */
  String notation(String text) {
    Matcher file = FILE.matcher(text);
    return file.matches()
        ? file.group(1) + ":" + directory.resolve(file.group(2)) + file.group(3)
        : text;
  }

  /**
   * Checks that a build has written images into a directory.
   *
   * @throws UsageException if it has none
   */
  static void requireImages(Path directory) {
    if (!Files.exists(directory.resolve("index.json"))) {
      throw new UsageException(
          directory + " has no images. Build them first with: opencode-sandbox build");
    }
  }

  /** Returns the target for a registry with its namespace. */
  static Target namespace(String registry) {
    return Target.of(registry.endsWith("/") ? registry : registry + "/");
  }
}
