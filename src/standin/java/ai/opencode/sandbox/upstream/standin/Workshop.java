package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The making of Alpine packages from Debian's, several at a time. Each finished package is stored
 * under a key that depends on its inputs: if one Debian package changes, only the Alpine packages
 * made from it are made again.
 */
final class Workshop implements Closeable {

  private static final int THREADS = 4;

  private final Path finished;
  private final Path work;
  private final Set<String> libraryDirectories;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Workshop::daemon);
  private final List<Future<Void>> running = new ArrayList<>();
  private final Set<String> started = new HashSet<>();
  private final Future<StandInKey> key;
  private volatile Runnable afterEach = () -> {};

  /**
   * Creates a workshop.
   *
   * @param finished the directory of finished packages
   * @param work the directory for unfinished packages, which may be deleted after {@link #close}
   * @param platform the platform of the packages
   */
  Workshop(Path finished, Path work, Platform platform) {
    String triple = PackageTable.triple(platform);
    this.finished = finished;
    this.work = work;
    this.libraryDirectories = Set.of("lib/" + triple, "usr/lib/" + triple, "lib64", "usr/lib64");
    this.key = threads.submit(StandInKey::derive);
  }

  boolean has(PlannedPackage apk) {
    return Files.exists(file(apk));
  }

  /** Returns the path of a finished package. */
  Path file(PlannedPackage apk) {
    return finished.resolve(apk.key() + ".apk");
  }

  StandInKey key() throws IOException {
    return result(key);
  }

  /** Starts to make the packages that are neither finished nor started, the longest work first. */
  void start(Collection<PlannedPackage> packages) {
    packages.stream()
        .filter(apk -> !has(apk) && started.add(apk.key()))
        .sorted(PlannedPackage.LONGEST_FIRST)
        .forEach(apk -> running.add(threads.submit(making(apk))));
  }

  /** Calls a receiver, from several threads, whenever a package is finished from now on. */
  void afterEach(Runnable receiver) {
    afterEach = receiver;
  }

  /** Waits until all started packages are finished. */
  void finish() throws IOException {
    for (Future<Void> one : running) {
      result(one);
    }
  }

  private Callable<Void> making(PlannedPackage apk) {
    return () -> {
      Path directory = Files.createTempDirectory(work, "make");
      try (ApkBuilder builder = new ApkBuilder(apk.name(), directory, libraryDirectories)) {
        apk.filling().into(builder);
        Path made = directory.resolve("finished");
        builder.finish(apk, key(), made);
        Files.move(made, file(apk), StandardCopyOption.ATOMIC_MOVE);
      }
      afterEach.run();
      return null;
    };
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      // The caller deletes the directory in which the threads work.
      threads.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T result(Future<T> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UsageException(
          "Interrupted while making the packages of the stand-in. Run the command again.", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof SandboxException known) {
        throw known;
      }
      if (cause instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("making a package of the stand-in failed", cause);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "stand-in");
    thread.setDaemon(true);
    return thread;
  }
}
