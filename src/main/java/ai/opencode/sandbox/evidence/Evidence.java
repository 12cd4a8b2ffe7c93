package ai.opencode.sandbox.evidence;

/**
 * The information that a file gives about software in its image. It is unsigned, unlike a statement
 * about an image.
 */
public sealed interface Evidence {

  /** An npm package is installed in the file's directory. */
  record OfNpm(PackageJson json) implements Evidence {}

  /** The file is a program made with Go. */
  record OfGo(GoBuild build) implements Evidence {}

  /** The file names the distribution. */
  record OfRelease(String text) implements Evidence {}

  /** The file is apk's list of installed packages. */
  record OfDatabase() implements Evidence {}
}
