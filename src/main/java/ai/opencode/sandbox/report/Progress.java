package ai.opencode.sandbox.report;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * The receiver of a build's messages. Several threads call it at once, and it must not block for
 * long, because the build waits. Events name the image and the platform that they are for, so the
 * events of parallel builds can be told apart:
 *
 * <pre>{@code
 * Progress progress =
 *     new Progress() {
 *       public void report(ProgressEvent event) {
 *         System.err.println(event.image().orElse("all images") + ": " + event.stage());
 *       }
 *
 *       public void warn(String sentence) {
 *         System.err.println(sentence);
 *       }
 *     };
 * SandboxBuilder builder = new SandboxBuilder(BuildSettings.standard(), progress);
 * }</pre>
 */
@Api
public interface Progress {

  /** Reports an event of a stage. */
  void report(ProgressEvent event);

  /** Reports a warning for the user. */
  void warn(String sentence);

  /** Reports a step of a stage. */
  default void step(Stage stage, String detail) {
    report(ProgressEvent.step(stage, detail));
  }

  /** Reports the end of a stage, with its result. */
  default void done(Stage stage, String detail) {
    report(ProgressEvent.done(stage, detail));
  }

  /** Reports the completed part of a stage. */
  default void amount(Stage stage, Amount amount) {
    report(ProgressEvent.amount(stage, amount));
  }

  /** Returns a receiver for the work on one image with all of its platforms. */
  default Progress of(String image) {
    return new ScopedProgress(this, Optional.of(image), Optional.empty());
  }

  /** Returns a receiver for the work on one image, which adds its name and platform to events. */
  default Progress of(String image, Platform platform) {
    return new ScopedProgress(this, Optional.of(image), Optional.of(platform));
  }

  /** Returns a receiver for the work on the inputs of one platform. */
  default Progress on(Platform platform) {
    return new ScopedProgress(this, Optional.empty(), Optional.of(platform));
  }

  /** Returns a receiver that ignores all messages. */
  static Progress silent() {
    return new Progress() {
      @Override
      public void report(ProgressEvent event) {}

      @Override
      public void warn(String sentence) {}
    };
  }
}
