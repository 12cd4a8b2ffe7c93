package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;

/**
 * The program inside a Maven build: in Maven's own JVM, where its system properties are, and which
 * must not be ended.
 */
public final class MavenBuild {

  private MavenBuild() {}

  /**
   * Runs a command.
   *
   * @throws UsageException where it fails; what went wrong has been printed by then
   */
  public static void main(String[] arguments) {
    if (Boolean.getBoolean("sandbox.skip")) {
      return;
    }
    int exitCode = OpenCodeSandbox.execute(arguments);
    if (exitCode != 0) {
      throw new UsageException(
          "the images could not be built (exit code " + exitCode + "); the reason is above");
    }
  }
}
