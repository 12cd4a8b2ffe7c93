package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reader of an npm package's {@code .tgz} that returns the files that npm would unpack. The first
 * directory of each path is dropped, whatever its name. Owners, dates and unusual mode bits are
 * ignored. Files that commands point to become executable and lose the carriage return after {@code
 * #!…}. {@code .gitignore} becomes {@code .npmignore}.
 *
 * <p>The reader refuses links, devices, whiteouts, duplicate files and ambiguous names, some of
 * which npm skips without a message.
 */
final class NpmTarball implements Closeable {

  /**
   * The date that {@code npm pack} gives to each file: 26 October 1985, 08:15 UTC. Most files
   * thereby keep the date in their tarball, and tools that cannot store a date before 1980 (zip)
   * still work.
   */
  static final long MODIFIED = 499_162_500;

  private static final long MAX_INFLATED = 1L << 30;
  private static final int MAX_SHEBANG = 2048;
  private static final String GIT_IGNORE = ".gitignore";
  private static final String NPM_IGNORE = ".npmignore";

  private final TarReader tar;
  private final Set<String> executables;
  private final Set<String> files = new HashSet<>();
  private final Set<String> directories = new HashSet<>();
  private InputStream content = InputStream.nullInputStream();

  /**
   * Creates a reader.
   *
   * @param tgz the tarball, which is closed with this reader; it has been read to its end when
   *     {@link #next} returns null
   * @param source the name of the tarball in messages
   * @param executables the paths inside the package of the programs that commands start
   */
  NpmTarball(InputStream tgz, String source, Set<String> executables) {
    this.executables = Set.copyOf(executables);
    this.tar =
        new TarReader(
            new BoundedInputStream(Gzip.inflating(tgz, source), MAX_INFLATED, source),
            source,
            TarLimits.foreignArchive().withMaxContentBytes(MAX_INFLATED));
  }

  /**
   * Returns the next file or directory, with a path inside the package.
   *
   * @return null at the end
   * @throws VerificationException if the tarball is malformed or contains an entry that packages
   *     must not have
   */
  @Nullable TarEntry next() throws IOException {
    while (true) {
      TarEntry entry = tar.next();
      if (entry == null) {
        return null;
      }
      TarEntry unpacked = unpacked(entry);
      if (unpacked != null) {
        return unpacked;
      }
    }
  }

  /** Returns the content of the file that {@link #next} returned last. */
  InputStream content() {
    return content;
  }

  /** Returns whether the entries read so far include a file with this path. */
  boolean sawFile(String path) {
    return files.contains(path);
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }

  /**
   * Returns null for entries that npm does not create: the package's own directory, a second ignore
   * file.
   */
  private @Nullable TarEntry unpacked(TarEntry entry) throws IOException {
    int slash = entry.path().indexOf('/');
    if (entry instanceof TarEntry.Directory) {
      if (slash < 0) {
        return null;
      }
      String path = requireValid(entry.path().substring(slash + 1));
      addDirectories(path + "/");
      return new TarEntry.Directory(path, attributes(0755));
    }
    if (!(entry instanceof TarEntry.File file)) {
      throw refused(
          entry.path() + " is a link or a device, but packages contain only files and directories");
    }
    if (slash < 0) {
      throw refused(entry.path() + " is not inside the package's directory");
    }
    String original = requireValid(entry.path().substring(slash + 1));
    boolean ignore = isNamed(original, GIT_IGNORE) || isNamed(original, NPM_IGNORE);
    String path = ignore ? directory(original) + NPM_IGNORE : original;
    addDirectories(path);
    if (!files.add(path) || directories.contains(path)) {
      if (ignore && !directories.contains(path)) {
        return null;
      }
      throw refused("there are two entries with the name " + path);
    }
    boolean executable = executables.contains(path);
    int mode = executable || (file.attributes().mode() & 0111) != 0 ? 0755 : 0644;
    content = tar.content();
    long size = executable ? withUnixShebang(file.size()) : file.size();
    return new TarEntry.File(path, attributes(mode), size);
  }

  /**
   * Removes the carriage return at the end of a {@code #!} line, which the kernel would read as
   * part of the interpreter's name.
   */
  private long withUnixShebang(long size) throws IOException {
    byte[] start = content.readNBytes((int) Math.min(MAX_SHEBANG, size));
    int end = shebangEnd(start);
    content =
        end < 0
            ? new SequenceInputStream(new ByteArrayInputStream(start), content)
            : new SequenceInputStream(
                new ByteArrayInputStream(start, 0, end),
                new SequenceInputStream(
                    new ByteArrayInputStream(start, end + 1, start.length - end - 1), content));
    return end < 0 ? size : size - 1;
  }

  /** Returns the index of the carriage return, or -1 if the line needs no repair. */
  private static int shebangEnd(byte[] start) {
    if (start.length < 5 || start[0] != '#' || start[1] != '!') {
      return -1;
    }
    for (int i = 2; i < start.length; i++) {
      if (start[i] == '\n') {
        return i > 3 && start[i - 1] == '\r' ? i - 1 : -1;
      }
    }
    return -1;
  }

  private void addDirectories(String path) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String directory = path.substring(0, slash);
      if (files.contains(directory)) {
        throw refused(directory + " is a file and a directory");
      }
      directories.add(directory);
    }
  }

  private String requireValid(String path) {
    if (!PackagePath.isValid(path)) {
      throw refused("\"" + path + "\" is not a valid file name in an image");
    }
    return path;
  }

  private static boolean isNamed(String path, String name) {
    return path.endsWith(name) && directory(path).length() + name.length() == path.length();
  }

  private static String directory(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private static Attributes attributes(int mode) {
    return Attributes.of(mode).withModified(MODIFIED);
  }

  private VerificationException refused(String what) {
    return tar.refusal(what);
  }
}
