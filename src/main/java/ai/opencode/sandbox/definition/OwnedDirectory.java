package ai.opencode.sandbox.definition;

/**
 * A directory that the image brings.
 *
 * @param path absolute
 * @param mode 0 to 0777
 */
public record OwnedDirectory(String path, int mode, int uid, int gid) {

  public OwnedDirectory {
    Paths.requireAbsolute(path);
    if ((mode & ~0777) != 0) {
      throw new IllegalArgumentException("mode out of range: " + Integer.toOctalString(mode));
    }
  }
}
