package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that the image definition adds.
 *
 * <pre>{@code
 * StaticFile settings = StaticFile.of("/etc/acme.conf", "color = blue\n");
 * StaticFile tool = StaticFile.from("/opt/acme/tool", Path.of("build/tool")).withMode(0755);
 * StaticFile key = StaticFile.of("/etc/acme.key", new byte[] {1, 2}).withMode(0640).withOwner(0, 1000);
 * }</pre>
 *
 * @param path an absolute path
 * @param mode the permissions, 0 to 0777
 * @param uid the owner's numeric id
 * @param gid the group's numeric id
 * @param content the bytes, or a file of this machine
 */
@Api
public record StaticFile(String path, int mode, int uid, int gid, FileContent content) {

  private static final int STANDARD_MODE = 0644;

  public StaticFile {
    Paths.requireAbsolute(path);
    Paths.requireFree(path);
    Paths.requireMode(path, mode);
    Paths.requireOwner(path, uid, gid);
  }

  /** Creates a text file, owned by root. */
  public StaticFile(String path, int mode, String text) {
    this(path, mode, 0, 0, FileContent.of(text));
  }

  /** Returns a text file that everyone can read, owned by root. */
  public static StaticFile of(String path, String text) {
    return of(path, FileContent.of(text));
  }

  /** Returns a file that everyone can read, owned by root. */
  public static StaticFile of(String path, byte[] bytes) {
    return of(path, FileContent.of(bytes));
  }

  /**
   * Returns a copy of a file of this machine that everyone can read, owned by root. The mode and
   * owner on this machine do not count.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if there is no such file
   */
  public static StaticFile from(String path, Path file) throws IOException {
    return of(path, FileContent.from(file));
  }

  private static StaticFile of(String path, FileContent content) {
    return new StaticFile(path, STANDARD_MODE, 0, 0, content);
  }

  public StaticFile withMode(int newMode) {
    return new StaticFile(path, newMode, uid, gid, content);
  }

  public StaticFile withOwner(int newUid, int newGid) {
    return new StaticFile(path, mode, newUid, newGid, content);
  }

  StaticFile withPath(String newPath) {
    return new StaticFile(newPath, mode, uid, gid, content);
  }
}
