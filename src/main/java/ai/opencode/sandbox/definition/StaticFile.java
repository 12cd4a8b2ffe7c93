package ai.opencode.sandbox.definition;

/**
 * A text file that the image brings, owned by root.
 *
 * @param path absolute
 * @param mode 0 to 0777
 */
public record StaticFile(String path, int mode, String content) {

  public StaticFile {
    Paths.requireAbsolute(path);
    if ((mode & ~0777) != 0) {
      throw new IllegalArgumentException("mode out of range: " + Integer.toOctalString(mode));
    }
  }
}
