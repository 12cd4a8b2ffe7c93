package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The bytes that another program fetches into a directory, as its user sees them. A mirror that
 * sends nothing more is noticed after a minute; apt itself would wait for each of its files.
 */
final class Arrival {

  private static final Duration STALL = Duration.ofMinutes(1);

  private final Path directory;
  private final LongConsumer listener;
  private final LongSupplier nanoTime;
  private long bytes;
  private long latest;

  /**
   * Begins to watch a directory.
   *
   * @param listener is told the number of bytes when it has changed
   */
  Arrival(Path directory, LongConsumer listener, LongSupplier nanoTime) {
    this.directory = directory;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.latest = nanoTime.getAsLong();
  }

  /**
   * Looks for news.
   *
   * @throws NetworkException if there were none for a minute
   */
  void look() throws IOException {
    long now = nanoTime.getAsLong();
    long found = size();
    if (found != bytes) {
      bytes = found;
      latest = now;
      listener.accept(found);
    } else if (now - latest >= STALL.toNanos()) {
      throw new NetworkException(
          "apt-get has received nothing for "
              + STALL.toSeconds()
              + " s. Check that Debian's mirror can be reached.");
    }
  }

  private long size() throws IOException {
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    long size = 0;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          size += Files.size(file);
        }
      }
      return size;
    } catch (NoSuchFileException | UncheckedIOException moved) {
      return bytes; // The program renames its files.
    }
  }
}
