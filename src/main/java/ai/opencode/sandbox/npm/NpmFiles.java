package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The two files that define an npm project.
 *
 * @param packageJson the text of {@code package.json}
 * @param packageLock the text of {@code package-lock.json}
 */
public record NpmFiles(String packageJson, String packageLock) {

  static final String PROJECT = "package.json";
  static final String LOCK = "package-lock.json";
  private static final String SHRINKWRAP = "npm-shrinkwrap.json";

  /** The way from the locks of other programs to a package-lock.json, by the locks' names. */
  private static final Map<String, String> OTHER_LOCKS = new LinkedHashMap<>();

  static {
    String lockOnly = "Create a lock with npm install --package-lock-only in that directory.";
    OTHER_LOCKS.put(SHRINKWRAP, "Rename it to package-lock.json.");
    OTHER_LOCKS.put("yarn.lock", lockOnly + " npm takes the versions from yarn.lock.");
    OTHER_LOCKS.put("pnpm-lock.yaml", lockOnly);
    OTHER_LOCKS.put("bun.lock", lockOnly);
    OTHER_LOCKS.put("bun.lockb", lockOnly);
  }

  /**
   * Reads the files of a directory on this computer.
   *
   * @throws UsageException if a file is missing, is no text, is too large or leaves the directory
   */
  public static NpmFiles read(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new UsageException(
          directory
              + " is not a directory. Name the directory that contains package.json and"
              + " package-lock.json.");
    }
    Path project = directory.resolve(PROJECT);
    if (!Files.exists(project)) {
      throw new UsageException(
          directory
              + " has no package.json. Name the directory of an npm project, or create it with npm"
              + " init.");
    }
    requireNpmLock(directory);
    return new NpmFiles(text(directory, project), text(directory, directory.resolve(LOCK)));
  }

  private static void requireNpmLock(Path directory) {
    boolean hasLock = Files.exists(directory.resolve(LOCK));
    if (hasLock && Files.exists(directory.resolve(SHRINKWRAP))) {
      throw new UsageException(
          directory
              + " has package-lock.json and npm-shrinkwrap.json, of which npm uses the latter."
              + " Remove one of them.");
    }
    if (hasLock) {
      return;
    }
    OTHER_LOCKS.forEach(
        (name, remedy) -> {
          if (Files.exists(directory.resolve(name))) {
            throw new UsageException(
                directory + " has " + name + " instead of package-lock.json. " + remedy);
          }
        });
    throw new UsageException(
        directory
            + " has no package-lock.json. Create it with npm install --package-lock-only in that"
            + " directory.");
  }

  private static String text(Path directory, Path file) throws IOException {
    if (!file.toRealPath().startsWith(directory.toRealPath())) {
      throw new UsageException(
          file + " is a link that leaves its directory. Replace it by the file itself.");
    }
    if (!Files.isRegularFile(file)) {
      throw new UsageException(file + " is not a regular file. Replace it with a text file.");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(NpmJson.MAX_CHARACTERS + 1);
    }
    if (bytes.length > NpmJson.MAX_CHARACTERS) {
      throw new UsageException(
          file
              + " has more than "
              + NpmJson.MAX_CHARACTERS
              + " bytes. Name the directory of a smaller project.");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UsageException(file + " is not UTF-8. Save it in this encoding.", e);
    }
  }

  /**
   * Returns the lock, after checking that it was made for the project.
   *
   * @throws ai.opencode.sandbox.failure.VerificationException if a file is malformed, or the lock
   *     has a package that does not come from a registry
   * @throws UsageException if the lock has a version that this program does not read
   * @throws ai.opencode.sandbox.failure.LockException if the lock was made for another project
   */
  public NpmLock lock() {
    NpmLock lock = NpmLock.parse(packageLock, LOCK);
    lock.requireMadeFor(packageJson, PROJECT);
    return lock;
  }
}
