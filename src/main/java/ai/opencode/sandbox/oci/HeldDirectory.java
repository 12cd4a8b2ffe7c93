package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open directory. Names are looked up in that very directory, even if another takes its path
 * meanwhile, and never through a symbolic link: other programs may have the right to write there.
 */
final class HeldDirectory implements Closeable {

  private final Path path;
  private final DirectoryStream<Path> stream;

  /**
   * The same directory as a secure stream; null on systems without lookups relative to an open
   * directory.
   */
  private final @Nullable SecureDirectoryStream<Path> held;

  private HeldDirectory(Path path, DirectoryStream<Path> stream) {
    this.path = path;
    this.stream = stream;
    this.held = stream instanceof SecureDirectoryStream<Path> secure ? secure : null;
  }

  /** Opens a directory that the user named, following symbolic links in its path. */
  @SuppressWarnings("StreamResourceLeak") // closed with what it is held by
  static HeldDirectory open(Path path) throws IOException {
    return new HeldDirectory(path, Files.newDirectoryStream(path));
  }

  /**
   * Opens a directory inside this one.
   *
   * @throws NoSuchFileException if it is missing
   * @throws VerificationException if it is a symbolic link or not a directory
   */
  @SuppressWarnings("StreamResourceLeak") // closed with what it is held by
  HeldDirectory in(String name) throws IOException {
    Path inside = path.resolve(name);
    if (!attributes(name).isDirectory()) {
      throw new VerificationException(
          inside
              + " is a link or a file, but a layout has a directory of this name."
              + " Delete it, or choose another directory.");
    }
    return new HeldDirectory(
        inside,
        held == null
            ? Files.newDirectoryStream(inside)
            : held.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
  }

  /** Opens a directory inside this one; creates it if it is missing. */
  HeldDirectory made(String name, Access access) throws IOException {
    try {
      return in(name);
    } catch (NoSuchFileException missing) {
      try {
        Files.createDirectory(path.resolve(name), access.ofDirectories());
      } catch (FileAlreadyExistsException another) {
        return in(name);
      }
      return in(name);
    }
  }

  /** Returns the attributes of the named file itself, without following a link. */
  BasicFileAttributes attributes(String name) throws IOException {
    return held == null
        ? Files.readAttributes(
            path.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        : held.getFileAttributeView(
                Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
  }

  /**
   * Opens a file for reading.
   *
   * @throws VerificationException if it is not a regular file
   */
  FileChannel read(String name) throws IOException {
    RegularFile.require(path.resolve(name), attributes(name));
    Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    if (held != null) {
      SeekableByteChannel channel = held.newByteChannel(Path.of(name), options);
      if (channel instanceof FileChannel file) {
        return file;
      }
      channel.close();
    }
    return FileChannel.open(path.resolve(name), options);
  }

  /** Creates a file; an existing file or link is never opened. */
  SeekableByteChannel create(String name, Access access) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    return held == null
        ? Files.newByteChannel(path.resolve(name), options, access.ofFiles())
        : held.newByteChannel(Path.of(name), options, access.ofFiles());
  }

  /**
   * Moves a file in one step; an existing file or link with the new name is replaced, not followed.
   */
  void move(String name, HeldDirectory target, String newName) throws IOException {
    if (held == null || target.held == null) {
      Files.move(path.resolve(name), target.path.resolve(newName), StandardCopyOption.ATOMIC_MOVE);
    } else {
      held.move(Path.of(name), target.held, Path.of(newName));
    }
  }

  /** Deletes a file or link if it exists. */
  void delete(String name) throws IOException {
    try {
      if (held == null) {
        Files.delete(path.resolve(name));
      } else {
        held.deleteFile(Path.of(name));
      }
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /** Deletes an empty directory inside this one. */
  void deleteDirectory(String name) throws IOException {
    if (held == null) {
      Files.delete(path.resolve(name));
    } else {
      held.deleteDirectory(Path.of(name));
    }
  }

  /** Returns the names in this directory. It can be called only once. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (Path each : stream) {
        names.add(String.valueOf(each.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
