package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The kind of upstream that an image is made from, the most trusted first. It is a label of the
 * image and decides whether the image may leave this machine.
 */
@Api
public enum UpstreamKind {
  /** Docker Hub's Alpine image and Alpine's own mirror. */
  OFFICIAL(true),

  /** The same content at addresses that the user names. */
  MIRROR(true),

  /** An archive of inputs whose origin only the archive itself states. */
  ARCHIVE(
      true,
      "an archive of inputs of unconfirmed origin",
      "a lock of your own (--lock), or with --accept-archive-lock"),

  /** Alpine packages made on this machine from Debian's packages, for trials. */
  STAND_IN(false, "the stand-in", "--upstream official or mirror");

  private final boolean lockable;
  private final boolean mayLeave;
  private final String source;
  private final String remedy;

  /** Creates a kind whose images may leave this machine. */
  UpstreamKind(boolean lockable) {
    this.lockable = lockable;
    this.mayLeave = true;
    this.source = "";
    this.remedy = "";
  }

  /**
   * Creates a kind whose images must stay on this machine.
   *
   * @param source the kind's name in messages
   * @param remedy the options that give an image that may leave the machine
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

  /** Returns whether images made from this kind of upstream may leave this machine. */
  public boolean mayLeave() {
    return mayLeave;
  }

  /** Returns whether a lock can name the upstream's content. */
  public boolean isLockable() {
    return lockable;
  }

  /**
   * Checks that images made from this kind of upstream may be sent to another machine.
   *
   * @param subject the beginning of the message, with a verb: {@code tools is}
   * @param place the place on another machine
   * @throws VerificationException if the images must stay on this machine
   */
  public void requireMayLeave(String subject, String place) {
    if (!mayLeave) {
      throw new VerificationException(
          subject
              + " made from "
              + source
              + " and must not leave this machine: not sent to "
              + place
              + ". Build with "
              + remedy
              + ".");
    }
  }

  /** Returns the word for the kind in labels and locks. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
