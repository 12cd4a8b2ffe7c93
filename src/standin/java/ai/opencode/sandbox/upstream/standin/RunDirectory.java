package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.concurrent.TemporaryFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The temporary directory of one run of this program, which is deleted when the run ends. The run
 * locks a file beside the directory. The operating system releases the lock when the process is
 * killed, so the next run sees that the directory is abandoned, and deletes it.
 */
final class RunDirectory implements Closeable {

  private static final String LOCK = ".lock";

  private final Path directory;
  private final Path lockFile;
  private final FileChannel lock;

  private RunDirectory(Path directory, Path lockFile, FileChannel lock) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /** Deletes the directories of killed runs, and creates one for this run. */
  static RunDirectory in(Path parent) throws IOException {
    removeAbandoned(parent);
    Path lockFile = TemporaryFiles.file(parent, "run", LOCK);
    FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
    channel.lock();
    Path directory = TemporaryFiles.added(directoryOf(lockFile));
    return new RunDirectory(Files.createDirectory(directory), lockFile, channel);
  }

  Path path() {
    return directory;
  }

  private static Path directoryOf(Path lockFile) {
    String name = lockFile.getFileName().toString();
    return lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
  }

  private static void removeAbandoned(Path parent) throws IOException {
    List<Path> lockFiles;
    try (Stream<Path> files = Files.list(parent)) {
      lockFiles = files.filter(file -> file.toString().endsWith(LOCK)).toList();
    }
    for (Path lockFile : lockFiles) {
      try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
          FileLock abandoned = channel.tryLock()) {
        if (abandoned != null) {
          TemporaryFiles.delete(directoryOf(lockFile));
          Files.deleteIfExists(lockFile);
        }
      } catch (OverlappingFileLockException ofAnotherThread) {
        // The lock belongs to a run in another thread of this process.
      } catch (IOException gone) {
        // Another run is deleting the same directory and lock file.
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      TemporaryFiles.delete(directory);
      TemporaryFiles.delete(lockFile);
    } finally {
      lock.close();
    }
  }
}
