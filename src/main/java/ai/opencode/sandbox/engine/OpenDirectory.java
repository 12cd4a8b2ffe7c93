package ai.opencode.sandbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A directory that this process holds open. It stays the same directory even if its path is renamed
 * or replaced, and on Linux other processes can reach it as {@code /proc/PID/fd/N}.
 */
final class OpenDirectory implements AutoCloseable {

  private static final Path OWN = Path.of("/proc/self");

  private final FileChannel channel;

  /** The file descriptor's number: a name in {@code /proc/self/fd}. */
  private final Path number;

  private OpenDirectory(FileChannel channel, Path number) {
    this.channel = channel;
    this.number = number;
  }

  /**
   * Opens a directory.
   *
   * @return empty if the system does not reveal the file descriptor's number
   * @throws IOException if it is not a directory, or this process may not open it
   */
  static Optional<OpenDirectory> open(Path directory) throws IOException {
    // The dot fails on anything but a directory; opening a named pipe would block.
    FileChannel channel = FileChannel.open(directory.resolve("."), StandardOpenOption.READ);
    Path number = null;
    try {
      number = numberOf(channel);
    } catch (IOException | SecurityException e) {
      // This system is not Linux, or its file system does not support a position in directories.
    } finally {
      if (number == null) {
        channel.close();
      }
    }
    return number == null ? Optional.empty() : Optional.of(new OpenDirectory(channel, number));
  }

  /**
   * Finds the number of a channel's file descriptor, which Java does not reveal: sets a random
   * position and looks for the descriptor that has it.
   */
  private static @Nullable Path numberOf(FileChannel channel) throws IOException {
    long position = ThreadLocalRandom.current().nextInt(1 << 20, Integer.MAX_VALUE);
    channel.position(position);
    try (DirectoryStream<Path> open = Files.newDirectoryStream(OWN.resolve("fdinfo"))) {
      for (Path each : open) {
        if (positionOf(each) == position) {
          return each.getFileName();
        }
      }
    }
    return null;
  }

  private static long positionOf(Path info) {
    try {
      return Files.readAllLines(info).stream()
          .filter(line -> line.startsWith("pos:"))
          .mapToLong(line -> Long.parseLong(line.substring("pos:".length()).strip()))
          .findFirst()
          .orElse(-1);
    } catch (IOException | NumberFormatException e) {
      return -1; // Another thread has closed the directory.
    }
  }

  /** Returns the path by which another process that sees this one reaches the directory. */
  Path shared() throws IOException {
    return Path.of("/proc").resolve(Files.readSymbolicLink(OWN)).resolve("fd").resolve(number);
  }

  /** Returns its path at this moment; one that does not exist if the directory was deleted. */
  Path path() throws IOException {
    return Files.readSymbolicLink(OWN.resolve("fd").resolve(number));
  }

  /** Returns its identity: device and inode. */
  @Nullable Object file() throws IOException {
    return Files.readAttributes(OWN.resolve("fd").resolve(number), BasicFileAttributes.class)
        .fileKey();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
