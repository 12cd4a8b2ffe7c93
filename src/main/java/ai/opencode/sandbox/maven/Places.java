package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.publish.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The targets of a project, whose relative paths begin at the project's directory: Maven may have
 * been started in the directory of another project.
 *
 * @param directory the directory of the project
 */
record Places(Path directory) {

  List<Target> targets(List<String> texts) {
    return texts.stream().map(text -> Target.of(text).in(directory)).toList();
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
