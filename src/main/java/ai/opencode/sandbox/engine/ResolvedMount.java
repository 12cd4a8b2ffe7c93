package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A file or directory of the host that a container is to mount, with its identity at the time of
 * the security check. The container starts only while that same file is at the path, so that
 * swapping the path after the check has no effect.
 *
 * @param given the requested path, absolute
 * @param source the path that {@code given} resolves to, without symbolic links
 * @param file the identity of the file: device and inode
 * @param isSocketOrDevice whether it is neither a directory nor a regular file
 * @param target the path in the container
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
      "The container was killed during its start, after its program may have run for a moment: ";

  /**
   * Resolves a path of the host.
   *
   * @param given the absolute path that the user gave
   * @throws IOException if it does not exist or cannot be read
   * @throws VerificationException if it changes meanwhile
   */
  public static ResolvedMount of(Path given, String target, boolean readonly) throws IOException {
    Path source = given.toRealPath();
    BasicFileAttributes attributes = attributes(source);
    if (attributes.isSymbolicLink()) {
      throw new VerificationException(
          "The container was not started: the mount "
              + given
              + " changed while it was checked. Find out which process changes it, then run this"
              + " again.");
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
   * Compares the file at the path with the checked one, before the container starts.
   *
   * @throws VerificationException if it is another one
   */
  public void requireUnchanged() {
    if (!isUnchanged()) {
      throw replaced("The container was not started: ");
    }
  }

  /**
   * Compares the file at the path with the checked one, just after the container started: the
   * engine resolved the path in between.
   *
   * @throws VerificationException if it is another one
   */
  void requireUnchangedSinceStart() {
    if (!isUnchanged()) {
      throw replaced(KILLED);
    }
  }

  /**
   * Compares the file that a started container sees with the checked one.
   *
   * @param seen the identity of the file in the container
   * @throws VerificationException if it is another one
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

  /**
   * Returns the error for a path that does not have the checked file any more.
   *
   * @param consequence the first words of the message, such as {@code The container was not
   *     started: }
   */
  VerificationException replaced(String consequence) {
    return new VerificationException(
        consequence
            + source
            + ", the mount at "
            + target
            + ", was replaced after it had been checked. Find out which process replaces it, then"
            + " run this again.");
  }
}
