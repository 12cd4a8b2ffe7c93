package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;

/**
 * A text file that the image definition adds, owned by root.
 *
 * @param path an absolute path
 * @param mode the permissions, 0 to 0777
 * @param content the text, written as UTF-8
 */
@Api
public record StaticFile(String path, int mode, String content) {

  public StaticFile {
    Paths.requireAbsolute(path);
    if ((mode & ~0777) != 0) {
      throw new IllegalArgumentException(
          path + " cannot have the mode " + Integer.toOctalString(mode) + ". Use octal 0 to 777.");
    }
  }
}
