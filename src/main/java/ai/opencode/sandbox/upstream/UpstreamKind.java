package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The kind of upstream that an image is made from. It is a label of the image and decides whether
 * the image may leave this machine. The order is from the most to the least trusted.
 */
@Api
public enum UpstreamKind {
  /** Docker Hub's Alpine image and Alpine's own mirror. */
  OFFICIAL,

  /** The same content at the user's own addresses. */
  MIRROR,

  /** An archive of inputs whose origin only the archive itself states. */
  ARCHIVE(
      "an archive of inputs without a trusted statement of its origin,",
      "a lock of your own (--lock), or with --accept-archive-lock"),

  /** Alpine packages generated from Debian's, for trials. */
  STAND_IN("the stand-in", "--upstream official or mirror");

  private final String description;
  private final String remedy;

  /** Creates a kind whose images may leave this machine. */
  UpstreamKind() {
    this("", "");
  }

  /**
   * Creates a kind whose images must not leave this machine.
   *
   * @param remedy the options of a build whose images may leave it
   */
  UpstreamKind(String description, String remedy) {
    this.description = description;
    this.remedy = remedy;
  }

  /** Parses {@code official}, {@code mirror}, {@code archive} or {@code stand-in}. */
  public static Optional<UpstreamKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.toString().equals(word)).findFirst();
  }

  /** Returns whether images made from it may leave this machine. */
  public boolean mayLeave() {
    return remedy.isEmpty();
  }

  /**
   * Requires that images made from it may be sent to another machine.
   *
   * @param subject with a verb: {@code tools is}
   * @param place on another machine
   * @throws VerificationException if they must remain on this one
   */
  public void requireMayLeave(String subject, String place) {
    if (!mayLeave()) {
      throw new VerificationException(
          subject
              + " made from "
              + description
              + " and must not leave this machine, so it is not sent to "
              + place
              + ". Build with "
              + remedy
              + ".");
    }
  }

  /** Returns the name for labels and locks. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
