package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.failure.LockException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The update of a lock file: its present content and the lock that a build has just made. The
 * command line and the Maven plugin use it.
 *
 * @param file the lock file
 * @param before its content; empty if there is no such file
 * @param now the new content
 */
public record LockUpdate(Path file, Optional<LockFile> before, LockFile now) {

  /** The state of the file after an update. */
  public enum Outcome {
    WRITTEN,
    /** The file stays as it is, and differs from the new content. */
    LEFT,
    UP_TO_DATE
  }

  /**
   * Creates the update of a file.
   *
   * @param made a lock that was made for some platforms; those of the earlier one are kept if both
   *     have the same upstream
   */
  public static LockUpdate of(Path file, Optional<LockFile> before, LockFile made) {
    boolean same = before.filter(old -> old.upstream() == made.upstream()).isPresent();
    return new LockUpdate(file, before, same ? made.keepingPlatformsOf(before.get()) : made);
  }

  /**
   * Returns the lock that a partial update changes.
   *
   * @param command the command that writes the file
   * @throws LockException if there is no lock
   */
  public static LockFile requirePresent(Path file, Optional<LockFile> before, String command) {
    return before.orElseThrow(
        () ->
            new LockException(
                "There is no lock file " + file + " to update in part. Write it with: " + command));
  }

  /** Returns the difference between the old and the new content. */
  public LockDifference difference() {
    return LockDifference.between(before.orElseGet(() -> LockFile.empty(now.upstream())), now);
  }

  /**
   * Checks that the file has the new content.
   *
   * @param command the command that writes the file
   * @throws LockException if it has another one, or does not exist
   */
  public void requireUpToDate(String command) {
    if (!difference().isEmpty()) {
      throw new LockException(
          before.isEmpty()
              ? "There is no lock file " + file + ". Write it with: " + command
              : file + " is not up to date. Update it with: " + command + " --update");
    }
  }

  /**
   * Writes the file if there is none.
   *
   * @param always whether a file that exists is written too
   */
  public Outcome write(boolean always) throws IOException {
    if (always || before.isEmpty()) {
      now.write(file);
      return Outcome.WRITTEN;
    }
    return difference().isEmpty() ? Outcome.UP_TO_DATE : Outcome.LEFT;
  }
}
