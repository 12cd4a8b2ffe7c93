package ai.opencode.sandbox.report;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * A step, the end or the completed part of a stage.
 *
 * @param image the name of the image that the work is for; empty if it is for several images, or
 *     for none
 * @param platform the platform of that image, or of the inputs of several; empty if there is none
 * @param stage the stage
 * @param kind whether this is a step, an end or an amount
 * @param detail the step, such as a file's name, or the result; empty for an amount
 * @param amount the completed part; empty for a step and an end
 */
@Api
public record ProgressEvent(
    Optional<String> image,
    Optional<Platform> platform,
    Stage stage,
    Kind kind,
    String detail,
    Optional<Amount> amount) {

  /** The kind of an event. */
  public enum Kind {
    /** A step of a stage. A terminal shows only the latest step of a stage. */
    STEP,
    /** The end of a stage, with its result. */
    DONE,
    /** The completed part of a stage, in addition to a step, for a progress bar. */
    AMOUNT
  }

  private static ProgressEvent of(Stage stage, Kind kind, String detail, Optional<Amount> amount) {
    return new ProgressEvent(Optional.empty(), Optional.empty(), stage, kind, detail, amount);
  }

  static ProgressEvent step(Stage stage, String detail) {
    return of(stage, Kind.STEP, detail, Optional.empty());
  }

  static ProgressEvent done(Stage stage, String detail) {
    return of(stage, Kind.DONE, detail, Optional.empty());
  }

  static ProgressEvent amount(Stage stage, Amount amount) {
    return of(stage, Kind.AMOUNT, "", Optional.of(amount));
  }

  /** Returns the event with an image and a platform, unless it has them already. */
  ProgressEvent in(Optional<String> newImage, Optional<Platform> newPlatform) {
    return new ProgressEvent(
        image.or(() -> newImage), platform.or(() -> newPlatform), stage, kind, detail, amount);
  }
}
