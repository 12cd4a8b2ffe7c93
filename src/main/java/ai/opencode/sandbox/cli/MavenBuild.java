package ai.opencode.sandbox.cli;

import java.util.Map;
import java.util.TreeMap;

/**
 * The command {@code build} inside a Maven build. It runs in Maven's JVM, whose system properties
 * are its options, and must not end this JVM.
 */
public final class MavenBuild {

  /** A failure that stops Maven; it has no stack trace, because Maven would print one. */
  private static final class BuildFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BuildFailedException(String sentence) {
      super(sentence, null, false, false);
    }

    /** Returns no more than a log needs that has the sentence in the lines before and after. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // Maven would print the class's name.
    public String toString() {
      return "The images were not built.";
    }
  }

  private MavenBuild() {}

  /**
   * Builds images.
   *
   * @param fallbacks options such as {@code to=oci:images}, for those that neither a property nor
   *     an environment variable sets
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
