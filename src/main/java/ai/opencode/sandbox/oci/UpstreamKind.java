package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The kind of upstream that an image is made from: a label of the image, which decides whether the
 * image may leave this machine. From the one that is trusted most to the one that is trusted least.
 */
@Api
public enum UpstreamKind {
  /** Docker Hub's Alpine image and Alpine's own mirror. */
  OFFICIAL(true),

  /** The same content at addresses of the user's own. */
  MIRROR(true),

  /** An archive of inputs that nothing but itself tells the origin of. */
  ARCHIVE(
      true,
      "an archive of inputs that nothing else tells the origin of,",
      "a lock of your own (--lock), or with --accept-archive-lock"),

  /** Alpine packages made on the spot from Debian's, for trying out; made anew wherever used. */
  STAND_IN(false, "the stand-in", "--upstream official or mirror");

  private final boolean lockable;
  private final boolean mayLeave;
  private final String source;
  private final String remedy;

  /** May leave this machine. */
  UpstreamKind(boolean lockable) {
    this.lockable = lockable;
    this.mayLeave = true;
    this.source = "";
    this.remedy = "";
  }

  /**
   * Stays on this machine.
   *
   * @param source as messages call it
   * @param remedy what to build with to get an image that may leave it
   */
  UpstreamKind(boolean lockable, String source, String remedy) {
    this.lockable = lockable;
    this.mayLeave = false;
    this.source = source;
    this.remedy = remedy;
  }

  /** Parses {@code official}, {@code mirror}, {@code archive} or {@code stand-in}. */
  public static Optional<UpstreamKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.toString().equals(word)).findFirst();
  }

  /** Whether what is made from it may leave this machine. */
  public boolean mayLeave() {
    return mayLeave;
  }

  /** Whether a lock can name its content. */
  public boolean isLockable() {
    return lockable;
  }

  /**
   * Checks that what is made from it may go to another machine.
   *
   * @param subject with a verb: {@code tools is}
   * @param place on another machine
   * @throws VerificationException where it must stay on this one
   */
  public void requireMayLeave(String subject, String place) {
    if (!mayLeave) {
      throw new VerificationException(
          subject
              + " made from "
              + source
              + " and must not leave this machine: not sent to "
              + place
              + "; build with "
              + remedy);
    }
  }

  /** The word that labels and locks have for it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
