package ai.opencode.sandbox.concurrent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The temporary files and directories of this process. Commands delete theirs in {@code finally}
 * blocks; this class deletes them when a signal ends the process, because the JVM then runs no
 * {@code finally} blocks, and its threads still write.
 */
public final class TemporaryFiles {

  /** Passes in a row that must find no file, because other threads may write between passes. */
  private static final int CLEAN_PASSES = 3;

  private static final Duration PAUSE = Duration.ofMillis(30);
  private static final Duration MOST = Duration.ofSeconds(5);

  private static final Set<Path> KNOWN = ConcurrentHashMap.newKeySet();
  private static boolean watching;
  private static volatile boolean ending;

  private TemporaryFiles() {}

  /**
   * Makes a directory in the system's place for temporary files.
   *
   * @param prefix the beginning of the directory's name
   */
  public static Path directory(String prefix) throws IOException {
    return added(Files.createTempDirectory(prefix));
  }

  /** Makes a directory. */
  public static Path directory(Path parent, String prefix) throws IOException {
    return added(Files.createTempDirectory(parent, prefix));
  }

  /**
   * Creates a new file in the system's directory for temporary files.
   *
   * @param prefix the beginning of its name
   * @param suffix the end of its name
   */
  public static Path file(String prefix, String suffix) throws IOException {
    return added(Files.createTempFile(prefix, suffix));
  }

  /** Makes a file. */
  public static Path file(Path parent, String prefix, String suffix) throws IOException {
    return added(Files.createTempFile(parent, prefix, suffix));
  }

  /** Adds a file or directory, which need not exist yet. */
  public static Path added(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    KNOWN.add(absolute);
    watch();
    if (ending) {
      delete(absolute);
      throw new IOException("This process is shutting down");
    }
    return path;
  }

  /** Removes a file or directory that is deleted, or no longer temporary. */
  public static void forget(Path path) {
    KNOWN.remove(path.toAbsolutePath());
  }

  /** Deletes a file, or a directory with its content. */
  public static void delete(Path path) throws IOException {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
                throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
      forget(path);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Returns whether the files are being deleted because this process is being ended. */
  public static boolean areEnding() {
    return ending;
  }

  private static synchronized void watch() {
    if (!watching) {
      watching = true;
      try {
        Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFiles::end, "temporary files"));
      } catch (IllegalStateException tooLate) {
        ending = true;
      }
    }
  }

  private static void end() {
    ending = true;
    long deadline = System.nanoTime() + MOST.toNanos();
    Set<Path> left = Set.copyOf(KNOWN);
    int clean = left.isEmpty() ? CLEAN_PASSES : 0;
    while (clean < CLEAN_PASSES && System.nanoTime() < deadline) {
      clean = deleteAll(left) ? 0 : clean + 1;
      try {
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Deletes all files, and tells whether any of them existed. */
  private static boolean deleteAll(Set<Path> paths) {
    boolean any = false;
    for (Path path : paths) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        any = true;
        try {
          delete(path);
        } catch (IOException stillInUse) {
          // Another thread wrote into the directory; the next pass deletes that file too.
        }
      }
    }
    return any;
  }
}
