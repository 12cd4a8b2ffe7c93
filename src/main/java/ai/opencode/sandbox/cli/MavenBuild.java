package ai.opencode.sandbox.cli;

import java.util.Map;
import java.util.TreeMap;

/**
 * {@code build} inside a Maven build: in Maven's own JVM, where its system properties are, and
 * which must not be ended.
 */
public final class MavenBuild {

  /** Stops Maven. Without stack trace, because Maven would print it around the sentence. */
  private static final class BuildFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BuildFailedException(String sentence) {
      super(sentence, null, false, false);
    }
  }

  private MavenBuild() {}

  /**
   * Builds images.
   *
   * @param fallbacks {@code to=oci:images}: options that neither a property nor an environment
   *     variable sets
   */
  public static void main(String[] fallbacks) {
    run(OpenCodeSandbox.ofProcess(), Settings.ofProcess(), fallbacks);
  }

  static void run(OpenCodeSandbox program, Settings settings, String... fallbacks) {
    Map<String, String> byName = new TreeMap<>();
    for (String fallback : fallbacks) {
      int equals = fallback.indexOf('=');
      byName.put("sandbox." + fallback.substring(0, equals), fallback.substring(equals + 1));
    }
    program.execute(settings.withFallbacks(byName), "build");
    program
        .failure()
        .ifPresent(
            failure -> {
              throw new BuildFailedException(
                  failure.sentence() + " (exit code " + failure.exitCode() + ")");
            });
  }
}
