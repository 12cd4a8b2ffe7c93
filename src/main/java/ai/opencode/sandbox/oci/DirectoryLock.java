package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.UsageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An exclusive lock for writing to a directory. The operating system's lock excludes other
 * processes and is released when its holder ends, so a killed writer does not block the others. It
 * does not distinguish threads of one process, so these wait for each other first.
 */
final class DirectoryLock implements Closeable {

  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final ReentrantLock threads;
  private final FileChannel channel;
  private final FileLock processes;

  private DirectoryLock(ReentrantLock threads, FileChannel channel, FileLock processes) {
    this.threads = threads;
    this.channel = channel;
    this.processes = processes;
  }

  /** Waits for the other writers. */
  static DirectoryLock of(Path directory) throws IOException {
    ReentrantLock threads =
        THREADS.computeIfAbsent(directory.toRealPath(), path -> new ReentrantLock());
    threads.lock();
    FileChannel channel = null;
    try {
      channel = open(directory.resolve(".lock"));
      return new DirectoryLock(threads, channel, wait(channel, directory));
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      threads.unlock();
      throw e;
    }
  }

  /**
   * Opens or creates the lock file, which is never written to. Another file, such as a symbolic
   * link, that someone put in its place is not opened.
   */
  private static FileChannel open(Path file) throws IOException {
    try {
      RegularFile.require(
          file, Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException missing) {
      // The file is created below.
    }
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Waits for a limited time: a program that may write to the directory can hold its lock for ever.
   */
  private static FileLock wait(FileChannel channel, Path directory) throws IOException {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (true) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() > end) {
        throw new UsageException(
            "Another program has been writing "
                + directory
                + " for "
                + LONGEST_WAIT.toMinutes()
                + " minutes: it holds the lock .lock there. End it, or choose another directory.");
      }
      try {
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClosedByInterruptException();
      }
    }
  }

  void assertHeld() {
    if (!processes.isValid()) {
      throw new IllegalStateException("the directory's lock was lost");
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      threads.unlock();
    }
  }
}
