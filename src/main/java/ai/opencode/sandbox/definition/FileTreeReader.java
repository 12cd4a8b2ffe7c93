package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** The reading of a directory of this machine for a definition; no link is followed. */
final class FileTreeReader {

  static final int MAX_ENTRIES = 100_000;
  static final long MAX_BYTES = 4L << 30;

  private static final String ROOT = "/";

  /** The history of a working copy, which differs between machines with the same files. */
  private static final String GIT = ".git";

  private static final int DIRECTORY = 0755;
  private static final int PROGRAM = 0755;
  private static final int FILE = 0644;
  private static final int EXECUTE = 0100;
  private static final int SETUID_OR_SETGID = 06000;

  private final String target;
  private final int maxEntries;
  private final long maxBytes;
  private final List<OwnedDirectory> directories = new ArrayList<>();
  private final List<StaticFile> files = new ArrayList<>();
  private final List<SymbolicLink> links = new ArrayList<>();
  private int entries;
  private long bytes;

  /**
   * Creates a reader.
   *
   * @param target the path of the directory in the image
   */
  FileTreeReader(String target) {
    this(target, MAX_ENTRIES, MAX_BYTES);
  }

  FileTreeReader(String target, int maxEntries, long maxBytes) {
    this.target = target;
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
    if (!target.equals(ROOT)) {
      Paths.requireAbsolute(target);
      Paths.requireFree(target);
    }
  }

  FileTree read(Path source) throws IOException {
    if (!Files.isDirectory(source)) {
      throw new UsageException(
          source
              + (Files.exists(source) ? " is not a directory." : " does not exist.")
              + " Name a directory, or add a single file as a file.");
    }
    Path root = source.toRealPath();
    if (!target.equals(ROOT)) {
      directories.add(new OwnedDirectory(target, DIRECTORY, 0, 0, true));
    }
    Deque<Path> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      for (Path each : list(open.removeFirst())) {
        if (add(root, each)) {
          open.add(each);
        }
      }
    }
    directories.sort(Comparator.comparing(OwnedDirectory::path));
    files.sort(Comparator.comparing(StaticFile::path));
    links.sort(Comparator.comparing(SymbolicLink::path));
    return new FileTree(directories, files, links);
  }

  private List<Path> list(Path directory) throws IOException {
    // A directory may have become a link since its parent was listed.
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(directory.toString());
    }
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path each : stream) {
        if (each.endsWith(GIT)) {
          continue;
        }
        if (++entries > maxEntries) {
          throw new UsageException(
              "The directory of "
                  + target
                  + " has more than "
                  + maxEntries
                  + " entries. Put a smaller directory into the image.");
        }
        children.add(each);
      }
    }
    return children;
  }

  /** Adds an entry; returns whether it is a directory to list. */
  private boolean add(Path root, Path entry) throws IOException {
    String path = placeOf(root, entry);
    BasicFileAttributes has =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (has.isDirectory()) {
      directories.add(new OwnedDirectory(path, DIRECTORY, 0, 0, true));
      return true;
    }
    if (has.isSymbolicLink()) {
      links.add(link(root, entry, path));
    } else if (has.isRegularFile()) {
      files.add(file(entry, path, has.size()));
    } else {
      throw new UsageException(
          entry
              + " is a socket, pipe or device, which an image cannot have. Remove it from the"
              + " directory.");
    }
    return false;
  }

  private StaticFile file(Path entry, String path, long size) throws IOException {
    int mode = mode(entry);
    if ((mode & SETUID_OR_SETGID) != 0) {
      throw new UsageException(
          entry
              + " is setuid or setgid, which gives a program the rights of its owner, and a sandbox"
              + " forbids that. Remove the bit with chmod ug-s.");
    }
    requireRoom(size);
    FileContent content = FileContent.inTree(entry);
    requireRoom(content.size());
    bytes += content.size();
    return new StaticFile(path, (mode & EXECUTE) != 0 ? PROGRAM : FILE, 0, 0, content);
  }

  private void requireRoom(long size) {
    if (size > maxBytes - bytes) {
      throw new UsageException(
          "The directory of "
              + target
              + " has more than "
              + maxBytes
              + " bytes. Put a smaller directory into the image.");
    }
  }

  private static int mode(Path entry) throws IOException {
    return entry.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? (int) Files.getAttribute(entry, "unix:mode", LinkOption.NOFOLLOW_LINKS)
        : FILE;
  }

  /** Returns a link whose target is in the directory, followed by text alone. */
  private static SymbolicLink link(Path root, Path entry, String path) throws IOException {
    Path text = Files.readSymbolicLink(entry);
    Path leads = entry.resolveSibling(text).normalize();
    if (text.isAbsolute() || !leads.startsWith(root)) {
      throw new UsageException(
          entry
              + " is a link to "
              + text
              + ", which leads out of the directory. Make it a relative link within the directory,"
              + " or define the link by itself.");
    }
    return new SymbolicLink(path, text.toString());
  }

  private String placeOf(Path root, Path entry) {
    StringBuilder path = new StringBuilder(target.equals(ROOT) ? "" : target);
    root.relativize(entry).forEach(each -> path.append('/').append(each));
    return path.toString();
  }
}
