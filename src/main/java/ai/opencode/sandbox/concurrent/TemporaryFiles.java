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
 * The files and directories of this process that must not outlive it. What a command deletes itself
 * is deleted here only when a signal ends it: the JVM then ends without running its {@code finally}
 * blocks, while its threads still write.
 */
public final class TemporaryFiles {

  /** What a thread may still make in a directory that is just being deleted. */
  private static final int CLEAN_PASSES = 3;

  private static final Duration PAUSE = Duration.ofMillis(30);
  private static final Duration MOST = Duration.ofSeconds(5);

  private static final Set<Path> KNOWN = ConcurrentHashMap.newKeySet();
  private static boolean watching;
  private static volatile boolean ending;

  private TemporaryFiles() {}

  /**
   * A new directory in the system's place for temporary files.
   *
   * @param prefix of its name
   */
  public static Path directory(String prefix) throws IOException {
    return added(Files.createTempDirectory(prefix));
  }

  /** A new directory. */
  public static Path directory(Path parent, String prefix) throws IOException {
    return added(Files.createTempDirectory(parent, prefix));
  }

  /**
   * A new file in the system's place for temporary files.
   *
   * @param prefix of its name
   * @param suffix of its name
   */
  public static Path file(String prefix, String suffix) throws IOException {
    return added(Files.createTempFile(prefix, suffix));
  }

  /** A new file. */
  public static Path file(Path parent, String prefix, String suffix) throws IOException {
    return added(Files.createTempFile(parent, prefix, suffix));
  }

  /** Adds a file or directory, which need not be there yet. */
  public static Path added(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    KNOWN.add(absolute);
    watch();
    if (ending) {
      delete(absolute);
      throw new IOException("This process is being ended");
    }
    return path;
  }

  /** Forgets one that is gone, or that is not temporary any more. */
  public static void forget(Path path) {
    KNOWN.remove(path.toAbsolutePath());
  }

  /** Deletes one, with all that is in it. */
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

  /** Whether they are being deleted, because this process is being ended. */
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

  /** Says whether any of them was still there. */
  private static boolean deleteAll(Set<Path> paths) {
    boolean any = false;
    for (Path path : paths) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        any = true;
        try {
          delete(path);
        } catch (IOException stillInUse) {
          // A thread made something in it meanwhile: the next pass deletes that too.
        }
      }
    }
    return any;
  }
}
