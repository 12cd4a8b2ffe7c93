package ai.opencode.sandbox.concurrent;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Transfers that run at the same time; the first failure ends the others. */
public final class Parallel {

  private static final int TRANSFERS = 6;
  private static final Duration CLEANING_UP = Duration.ofSeconds(10);

  private Parallel() {}

  /**
   * Runs all tasks, several at a time, and waits for them.
   *
   * @return results in the order of {@code work}
   * @throws IOException if the first failure is one; unchecked exceptions are thrown unchanged
   */
  public static <T> List<T> run(Collection<? extends Callable<T>> work) throws IOException {
    if (work.isEmpty()) {
      return List.of();
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.min(TRANSFERS, work.size()), daemons("transfer"));
    try {
      CompletionService<T> done = new ExecutorCompletionService<>(threads);
      List<Future<T>> started = new ArrayList<>();
      work.forEach(task -> started.add(done.submit(task)));
      for (int i = 0; i < started.size(); i++) {
        done.take().get();
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : started) {
        results.add(each.get());
      }
      return results;
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw rethrow(Objects.requireNonNull(e.getCause()));
    } finally {
      end(threads);
    }
  }

  /** Interrupts all tasks and waits for their ends, so that no file is written after a failure. */
  static void end(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      threads.awaitTermination(CLEANING_UP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns a maker of threads that do not keep the program from ending. */
  static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Keeps the interruption of this thread, and returns the failure of what it waited for. */
  static NetworkException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new NetworkException(
        "Interrupted while waiting for a transfer. Run the command again.", e);
  }

  static IOException rethrow(Throwable cause) throws IOException {
    if (cause instanceof RuntimeException failure) {
      throw failure;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }
}
