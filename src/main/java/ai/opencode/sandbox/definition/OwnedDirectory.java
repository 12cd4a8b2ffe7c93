package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;

/**
 * A directory that the image adds.
 *
 * @param path absolute
 * @param mode 0 to 0777
 */
@Api
public record OwnedDirectory(String path, int mode, int uid, int gid) {

  public OwnedDirectory {
    Paths.requireAbsolute(path);
    if ((mode & ~0777) != 0) {
      throw new IllegalArgumentException("mode out of range: " + Integer.toOctalString(mode));
    }
  }
}
