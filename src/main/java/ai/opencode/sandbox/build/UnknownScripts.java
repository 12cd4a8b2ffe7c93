package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.Progress;
import java.util.List;

/**
 * The report of installation scripts whose effects an image lacks.
 *
 * @param strict whether such a script is an error instead of a warning
 */
record UnknownScripts(boolean strict, Progress progress) {

  /**
   * Reports scripts.
   *
   * @param found a clause for each package: {@code tool-1.0-r0 would run …}
   * @throws VerificationException if there is one, and the build is strict
   */
  void report(List<String> found) {
    if (strict && !found.isEmpty()) {
      throw new VerificationException(
          "Packages have installation scripts with unknown effects, which --strict-scripts forbids: "
              + String.join(", ", found)
              + ". Leave the packages out, or build without --strict-scripts and add the scripts'"
              + " effects to the image yourself.");
    }
    for (String each : found) {
      progress.warn(each + ", but scripts are not run. Check whether its effect is missing.");
    }
  }
}
