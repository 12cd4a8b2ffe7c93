package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;

/**
 * A directory that the image definition adds.
 *
 * @param path an absolute path
 * @param mode the permissions, 0 to 0777
 * @param uid the owner's numeric id
 * @param gid the group's numeric id
 */
@Api
public record OwnedDirectory(String path, int mode, int uid, int gid) {

  public OwnedDirectory {
    Paths.requireAbsolute(path);
    if ((mode & ~0777) != 0) {
      throw new IllegalArgumentException(
          path + " cannot have the mode " + Integer.toOctalString(mode) + ". Use octal 0 to 777.");
    }
  }
}
