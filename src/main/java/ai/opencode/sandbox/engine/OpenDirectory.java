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
 * A directory that this process holds open. From then on it is the same one, whatever happens to
 * its path, and Linux shows it under {@code /proc} to those who may look at this process.
 */
final class OpenDirectory implements AutoCloseable {

  private static final Path OWN = Path.of("/proc/self");

  private final FileChannel channel;
  private final Path number;

  private OpenDirectory(FileChannel channel, Path number) {
    this.channel = channel;
    this.number = number;
  }

  /**
   * Opens one.
   *
   * @return nothing where the system does not tell under which number it is open
   * @throws IOException where it is no directory, or must not be opened
   */
  static Optional<OpenDirectory> open(Path directory) throws IOException {
    // The dot makes sure that no pipe is opened, which would block.
    FileChannel channel = FileChannel.open(directory.resolve("."), StandardOpenOption.READ);
    Path number = null;
    try {
      number = numberOf(channel);
    } catch (IOException | SecurityException e) {
      // Another system, or a file system on which a directory has no position.
    } finally {
      if (number == null) {
        channel.close();
      }
    }
    return number == null ? Optional.empty() : Optional.of(new OpenDirectory(channel, number));
  }

  /** Java does not tell it, so the channel is known again by a position that no other one has. */
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
      return -1; // Closed meanwhile.
    }
  }

  /** The path by which another process reaches it, as far as it sees this one. */
  Path shared() throws IOException {
    return Path.of("/proc").resolve(Files.readSymbolicLink(OWN)).resolve("fd").resolve(number);
  }

  /** Its path at this moment; one that does not exist where it was deleted. */
  Path path() throws IOException {
    return Files.readSymbolicLink(OWN.resolve("fd").resolve(number));
  }

  /** Which file it is: device and inode. */
  @Nullable Object file() throws IOException {
    return Files.readAttributes(OWN.resolve("fd").resolve(number), BasicFileAttributes.class)
        .fileKey();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
