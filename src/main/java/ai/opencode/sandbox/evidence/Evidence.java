package ai.opencode.sandbox.evidence;

/** The statement of a file about software. */
public sealed interface Statement {

  /** An npm package is installed in the file's directory. */
  record OfNpm(PackageJson json) implements Statement {}

  /** The file is a program made with Go. */
  record OfGo(GoBuild build) implements Statement {}

  /** The file names the distribution. */
  record OfRelease(String text) implements Statement {}

  /** The file is apk's list of installed packages. */
  record OfDatabase() implements Statement {}
}
