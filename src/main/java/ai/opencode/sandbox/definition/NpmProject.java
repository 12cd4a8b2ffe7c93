package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.npm.NpmFiles;
import ai.opencode.sandbox.npm.NpmPlace;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The npm packages of an image: global ones, below {@code /usr/local/lib/node_modules} with their
 * commands in {@code /usr/local/bin}, or those of an application in a directory of its own.
 *
 * <p>The lock is an ordinary one, as {@code npm install} of npm 7 and later writes it. Development
 * dependencies are left out.
 *
 * <p>The constructors do not read the texts. A build does, and so do the methods {@code of}, which
 * find mistakes early.
 *
 * @param packageJson the text of {@code package.json}; its dependencies are the packages asked for
 * @param packageLock the text of the matching {@code package-lock.json}, version 2 or 3
 * @param directory the absolute path of the directory in the image that gets {@code package.json},
 *     {@code package-lock.json} and {@code node_modules}; null for global packages
 */
@Api
public record NpmProject(String packageJson, String packageLock, @Nullable String directory) {

  /**
   * Creates a project.
   *
   * @throws IllegalArgumentException if the directory cannot have an npm project
   */
  public NpmProject {
    if (directory != null) {
      NpmPlace.at(directory);
    }
  }

  /** Creates a project with global packages. */
  public NpmProject(String packageJson, String packageLock) {
    this(packageJson, packageLock, null);
  }

  /**
   * Returns a project with global packages, after checking the texts.
   *
   * @param packageJson the text of {@code package.json}
   * @param packageLock the text of the matching {@code package-lock.json}
   * @throws ai.opencode.sandbox.failure.VerificationException if a text is malformed, or the lock
   *     has a package that does not come from a registry
   * @throws ai.opencode.sandbox.failure.LockException if the lock was made for another project
   */
  public static NpmProject of(String packageJson, String packageLock) {
    return of(new NpmFiles(packageJson, packageLock));
  }

  /**
   * Reads a project with global packages from a directory on this computer. The method reads {@code
   * package.json} and {@code package-lock.json}, and no other file.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if a file is missing, is no text or is too
   *     large
   * @throws ai.opencode.sandbox.failure.VerificationException if a file is malformed, or the lock
   *     has a package that does not come from a registry
   * @throws ai.opencode.sandbox.failure.LockException if the lock was made for another project
   * @throws IOException if a file cannot be read
   */
  public static NpmProject of(Path directory) throws IOException {
    return of(NpmFiles.read(directory));
  }

  private static NpmProject of(NpmFiles files) {
    files.lock();
    return new NpmProject(files.packageJson(), files.packageLock());
  }

  /**
   * Returns the same project in a directory of the image, as {@code npm ci --omit=dev} would
   * install it there.
   *
   * @param newDirectory an absolute path, such as {@code /opt/app}
   * @throws IllegalArgumentException if the directory cannot have an npm project
   */
  public NpmProject at(String newDirectory) {
    return new NpmProject(packageJson, packageLock, newDirectory);
  }
}
