package ai.opencode.sandbox.run;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which a container works, such as {@code /workspace}.
 *
 * @param directory the directory of the host that is mounted there; null for an empty volume, or if
 *     another mount or a named volume takes its place
 * @param readonly whether the container can only read the directory
 */
@Api
public record Workspace(@Nullable Path directory, boolean readonly) {

  private static final String READ_ONLY = ":ro";
  private static final String WRITABLE = ":rw";

  /** Returns an empty workspace. */
  public static Workspace empty() {
    return new Workspace(null, false);
  }

  /** Returns a workspace in which the container can change the directory of the host. */
  public static Workspace of(Path directory) {
    return new Workspace(directory, false);
  }

  /**
   * Parses {@code DIRECTORY[:ro|rw]}.
   *
   * @throws UsageException if the text names no directory
   */
  public static Workspace of(String text) {
    boolean readonly = text.endsWith(READ_ONLY);
    String directory =
        readonly || text.endsWith(WRITABLE)
            ? text.substring(0, text.length() - READ_ONLY.length())
            : text;
    if (directory.isEmpty()) {
      throw new UsageException(
          "\"" + text + "\" names no directory. Write .:ro for the current directory.");
    }
    return new Workspace(Path.of(directory).toAbsolutePath(), readonly);
  }

  public Workspace withDirectory(@Nullable Path newDirectory) {
    return new Workspace(newDirectory, readonly);
  }

  public Workspace withReadonly(boolean newReadonly) {
    return new Workspace(directory, newReadonly);
  }
}
