package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A mount as it is when it is judged. From then on nothing is looked up by the path that was given:
 * what was judged is what is mounted, or nothing is.
 *
 * @param given absolute, as it was asked for
 * @param source what that leads to, without links
 * @param file which file it is: device and inode
 * @param isDirectory whether it is one
 * @param isSocketOrDevice whether it is neither a directory nor a regular file
 */
public record ResolvedMount(
    Path given,
    Path source,
    Object file,
    boolean isDirectory,
    boolean isSocketOrDevice,
    String target,
    boolean readonly) {

  private static final String KILLED =
      "Killed as it started, after its program may have run for a moment: ";

  /**
   * Looks a mount up.
   *
   * @param given absolute
   * @throws IOException where it does not exist or cannot be reached
   */
  public static ResolvedMount of(Path given, String target, boolean readonly) throws IOException {
    Path source = given.toRealPath();
    BasicFileAttributes attributes = attributes(source);
    if (attributes.isSymbolicLink()) {
      throw new VerificationException(
          given + " changed while it was looked at; nothing was started, so look who changes it");
    }
    return new ResolvedMount(
        given.normalize(),
        source,
        Objects.requireNonNullElse(attributes.fileKey(), source),
        attributes.isDirectory(),
        attributes.isOther(),
        target,
        readonly);
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Checks a mount of a container that has not started yet.
   *
   * @throws VerificationException where another file is at its place than the one that was judged
   */
  public void requireUnchanged() {
    if (!isUnchanged()) {
      throw replaced("Not started: ");
    }
  }

  /**
   * Checks a mount of a container that has just started: the engine looked at the path once more.
   *
   * @throws VerificationException where another file is at its place than the one that was judged
   */
  void requireUnchangedSinceStart() {
    if (!isUnchanged()) {
      throw replaced(KILLED);
    }
  }

  /**
   * Compares it with what a container sees that has just started.
   *
   * @throws VerificationException where that is not what was judged
   */
  void requireSeen(Object seen) {
    if (!seen.equals(file)) {
      throw replaced(KILLED);
    }
  }

  private boolean isUnchanged() {
    try {
      return source.toRealPath().equals(source)
          && Objects.requireNonNullElse(attributes(source).fileKey(), source).equals(file);
    } catch (IOException e) {
      return false;
    }
  }

  VerificationException replaced(String consequence) {
    return new VerificationException(
        consequence
            + source
            + " is not the one any more that was judged as a mount at "
            + target
            + "; find out what replaces it, then run this again");
  }
}
