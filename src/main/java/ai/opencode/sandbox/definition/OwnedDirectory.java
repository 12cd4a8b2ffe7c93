package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;

/**
 * A directory that the image definition adds.
 *
 * @param path an absolute path
 * @param mode the permissions, 0 to 0777
 * @param uid the owner's numeric id
 * @param gid the group's numeric id
 * @param onlyIfMissing whether a directory of the packages or of the parent keeps its own mode and
 *     owner
 */
@Api
public record OwnedDirectory(String path, int mode, int uid, int gid, boolean onlyIfMissing) {

  public OwnedDirectory {
    Paths.requireAbsolute(path);
    Paths.requireFree(path);
    Paths.requireMode(path, mode);
    Paths.requireOwner(path, uid, gid);
  }

  /** Creates a directory whose mode and owner also replace those of an existing one. */
  public OwnedDirectory(String path, int mode, int uid, int gid) {
    this(path, mode, uid, gid, false);
  }
}
